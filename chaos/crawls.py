"""Crawls that failed: each is told once at most, and the last one of a crawler always."""

from collections import Counter
from collections.abc import Iterator

from chaos.findings import Breakage, Evidence


def wrongly_told_crawls(evidence: Evidence) -> Iterator[Breakage]:
    """What is wrong with the notices of crawls; one that a later crawl made good may go untold."""
    crawls = [notice["run_id"] for notice in evidence.notices.values() if notice.get("stage") == "CRAWL"]
    told = Counter(crawls)
    for crawl in evidence.failed_crawls:
        if not told[crawl]:
            yield Breakage("", f"nobody was told that the crawl {crawl} failed")
    for crawl, times in told.items():
        if times > 1:
            sentence = f"notices that the crawl {crawl} failed: {times}, not 1"
            yield Breakage("", sentence, times - 1, f"attention {crawl}")
