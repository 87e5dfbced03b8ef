"""Keeping the catalogue of datasets up to date: a crawl begins after the newest dataset is there."""

from dataclasses import dataclass

from marquee.clock import now
from marquee.ledger.catalogue import CatalogueRecord
from marquee.services.glue import start_crawler
from marquee.settings import CatalogDatasetSettings


@dataclass(frozen=True)
class Catalogue:
    """One crawler makes one crawl at a time; datasets that come meanwhile share the next one."""

    crawler: str
    record: CatalogueRecord

    @classmethod
    def of(cls, settings: CatalogDatasetSettings) -> "Catalogue":
        """Wire it to AWS."""
        return cls(settings.curated_crawler_name, CatalogueRecord(settings.ledger_table))

    def on_dataset(self) -> bool:
        """Note that a dataset is not in the catalogue yet, and crawl; whether a crawl was started now."""
        self.record.wanted()
        return self.crawl()

    def crawl(self) -> bool:
        """Start a crawl if one is wanted; False if not, or while the crawler is busy: its end asks again."""
        if not self.record.is_due():
            return False
        # Before the call: what is wanted after this moment may be missed by this crawl.
        begun = now()
        if not start_crawler(self.crawler):
            return False
        self.record.crawled(begun)
        return True
