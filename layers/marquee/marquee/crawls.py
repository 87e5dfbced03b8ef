"""Crawls that failed: no run needs the catalogue, so they end none; somebody is told."""

from __future__ import annotations

from dataclasses import dataclass

from marquee.notices.once import Attention, TellOnce
from marquee.services.glue import FailedCrawl, failed_crawl
from marquee.services.topic import Topic
from marquee.settings import CatalogDatasetSettings


@dataclass(frozen=True)
class FailedCrawls:
    """Looks at each crawler's last crawl; safe to call at any time, also twice at once."""

    crawlers: tuple[str, ...]
    notices: TellOnce

    @classmethod
    def of(cls, settings: CatalogDatasetSettings) -> FailedCrawls:
        """Wire it to AWS."""
        topic = Topic(settings.notices_topic_arn, settings.stage)
        crawlers = (settings.raw_crawler_name, settings.curated_crawler_name)
        return cls(crawlers, TellOnce.of(settings.ledger_table, topic))

    def tell(self) -> int:
        """Tell of every last crawl that failed, once each; how many were told now.

        One that a later crawl has made good is not told: queries see what it did not.
        """
        failed = [crawl for crawl in map(failed_crawl, self.crawlers) if crawl]
        return sum(self.notices.tell(_attention(crawl)) for crawl in failed)


def _attention(crawl: FailedCrawl) -> Attention:
    text = (
        f"The crawler {crawl.crawler} failed: {crawl.error or 'Glue gave no reason; its log may'}. "
        "No run is affected, but queries do not see the newest data. "
        "Correct the cause and start the crawler again."
    )
    return Attention("crawl", f"{crawl.crawler}/{crawl.started_at}", "a crawl failed", text)
