"""A crawl that failed is told once, whoever hears of it; one that a later crawl made good is not."""

from datetime import UTC, datetime
from typing import Any

from tests.unit.functions.conftest import Pipeline, golden
from tests.unit.marquee.doubles import Refused

RAW, CURATED = "marquee-dev-raw", "marquee-dev-curated"


def crawl(status: str, minute: int = 0) -> dict[str, Any]:
    error = {"ErrorMessage": "Internal Service Exception"} if status == "FAILED" else {}
    return {"Status": status, "StartTime": datetime(2026, 11, 22, 10, minute, tzinfo=UTC), **error}


def test_a_failed_crawl_is_told_once_however_often_it_is_heard_of(pipeline: Pipeline) -> None:
    pipeline.glue.last_crawls[RAW] = crawl("FAILED")
    for _ in range(2):
        pipeline.call("catalog_dataset", golden("glue_crawler_failed"))
    pipeline.call("reconcile", {})
    (notice,) = pipeline.inbox()
    assert notice["outcome"] == "attention"
    assert "The crawler marquee-dev-raw failed: Internal Service Exception." in notice["text"]


def test_a_failed_crawl_whose_event_was_lost_is_told_by_the_reconciler(pipeline: Pipeline) -> None:
    pipeline.glue.last_crawls[CURATED] = crawl("FAILED")
    pipeline.call("reconcile", {})
    pipeline.call("catalog_dataset", golden("glue_crawler_failed"))
    (notice,) = pipeline.inbox()
    assert "marquee-dev-curated" in notice["text"]


def test_each_crawl_that_failed_is_told(pipeline: Pipeline) -> None:
    for minute in range(2):
        pipeline.glue.last_crawls[RAW] = crawl("FAILED", minute)
        pipeline.call("reconcile", {})
    assert len(pipeline.inbox()) == 2


def test_one_that_a_later_crawl_made_good_is_not_told(pipeline: Pipeline) -> None:
    pipeline.glue.last_crawls[RAW] = crawl("SUCCEEDED")
    pipeline.call("catalog_dataset", golden("glue_crawler_failed"))
    assert pipeline.inbox() == []


def test_a_crawler_that_is_gone_is_no_failed_crawl(pipeline: Pipeline) -> None:
    pipeline.glue.refuse_next["GetCrawler"] = Refused("EntityNotFoundException", "Crawler not found")
    pipeline.call("catalog_dataset", golden("glue_crawler_failed"))
    assert pipeline.inbox() == []
