"""Crawls that fail: no run ends for it, and somebody is told."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chaos.permissions.traveller import Traveller
from cli.notices import read_inbox


def crawl_failed(traveller: Traveller) -> None:
    """A crawler's bucket is gone: its crawl fails, again and again until that is told."""
    glue, name = traveller.stage.client("glue"), traveller.stage.account.outputs["RawCrawlerName"]

    def told() -> bool | None:
        if _crawler(traveller, name)["State"] == "READY":
            glue.start_crawler(Name=name)
        return any(f"{name} failed" in notice.text for notice in read_inbox(traveller.stage.account)) or None

    with _over_nothing(traveller, name):
        traveller.awaited(told, f"the notice that {name} failed")


@contextmanager
def _over_nothing(traveller: Traveller, name: str) -> Iterator[None]:
    """Let a crawler look for a bucket that there is not, and then make its last crawl a good one."""
    glue = traveller.stage.client("glue")
    targets = _idle(traveller, name)["Targets"]
    nothing = {"S3Targets": [{"Path": f"s3://marquee-nothing-{uuid.uuid4().hex}/"}]}
    glue.update_crawler(Name=name, Targets=nothing)
    try:
        yield
    finally:
        _idle(traveller, name)
        glue.update_crawler(Name=name, Targets=targets)
        glue.start_crawler(Name=name)
        _idle(traveller, name)


def _idle(traveller: Traveller, name: str) -> Any:
    def look() -> Any:
        crawler = _crawler(traveller, name)
        return crawler if crawler["State"] == "READY" else None

    return traveller.awaited(look, f"the end of crawler {name}")


def _crawler(traveller: Traveller, name: str) -> Any:
    return traveller.stage.client("glue").get_crawler(Name=name)["Crawler"]
