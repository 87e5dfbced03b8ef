"""What the API of crawlers says of crawls that only pretend to look at objects."""

import asyncio
import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from localcloud.awsjson import JsonService
from localcloud.glue.crawlers import KIND, Crawlers
from localcloud.glue.events import Events
from localcloud.store import Store

CRAWLER = {
    "Name": "raw",
    "Role": "crawler",
    "DatabaseName": "db",
    "Targets": {"S3Targets": [{"Path": "s3://b"}]},
}


class Pretence:
    """A crawl that ends when the test says so, or when it is stopped."""

    def __init__(self) -> None:
        self.stopped, self.ending = False, threading.Event()

    def stop(self) -> None:
        self.stopped = True
        self.ending.set()

    def run(self, _log_group: str, _stream: str) -> Mapping[str, int]:
        assert self.ending.wait(5)
        return {}


class Glue:
    """The crawlers of a cloud, what they started, and when they told how a crawl ended."""

    def __init__(self) -> None:
        self.store, self.crawls = Store(), list[Pretence]()
        self._told = threading.Semaphore(0)
        crawlers = Crawlers(self.store, Events(self._emit, "1", "r"), self._start)  # type: ignore[arg-type]
        self._service = JsonService("glue", lambda *_: ("123456789012", "us-east-1"))
        self._service.add(crawlers)

    def __call__(self, action: str, **parameters: Any) -> tuple[int, Any]:
        headers = {"x-amz-target": f"AWSGlue.{action}"}
        answer = self._service.handle("POST", "/", headers, json.dumps(parameters).encode(), {})
        status, _, body = asyncio.run(answer)
        return status, json.loads(body)

    def state(self) -> str:
        return str(self("GetCrawler", Name="raw")[1]["Crawler"]["State"])

    def ended(self) -> None:
        for thread in threading.enumerate():
            if thread.name == "crawl raw":
                thread.join(5)

    def _start(self, _crawler: Any) -> Pretence:
        self.crawls.append(Pretence())
        return self.crawls[-1]

    def _emit(self, *_: Any) -> str:
        return "event"


@pytest.fixture
def glue() -> Glue:
    made = Glue()
    assert made("CreateCrawler", **CRAWLER)[0] == 200
    return made


def test_a_running_crawl_is_stopped(glue: Glue) -> None:
    glue("StartCrawler", Name="raw")
    assert glue("StartCrawler", Name="raw")[1]["__type"] == "CrawlerRunningException"

    assert glue("StopCrawler", Name="raw")[0] == 200

    glue.ended()
    shown = glue("GetCrawler", Name="raw")[1]["Crawler"]
    assert (shown["State"], shown["LastCrawl"]["Status"]) == ("READY", "CANCELLED")


def test_a_stop_that_comes_as_the_crawl_ends_does_not_hold_the_crawler(
    glue: Glue, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a crawl that ends between the moment a stop finds the crawler and the moment it changes it
    glue("StartCrawler", Name="raw")
    find = glue.store.find

    def find_then_end(kind: str, name: str) -> Any:
        found = find(kind, name)
        glue.crawls[0].ending.set()
        glue.ended()
        return found

    monkeypatch.setattr(glue.store, "find", find_then_end)

    # when it is stopped
    status, answer = glue("StopCrawler", Name="raw")

    # then the stop is refused, and the crawler can start again
    assert (status, answer["__type"]) == (400, "CrawlerNotRunningException")
    assert glue.store.all(KIND)[0]["State"] == "READY"
