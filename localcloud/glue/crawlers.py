"""Crawlers: Create, Get, List, Update, Delete, Start, Stop."""

import threading
import time
import uuid
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.awsjson import Request, ServiceError, action
from localcloud.glue.crawl import Crawl, StartCrawl
from localcloud.glue.events import Events
from localcloud.glue.listing import page
from localcloud.store import Document, Store, now

KIND = "Crawler"
_ALL = "arn:aws:glue:{region}:{account}:crawler/*"
_NAMED = "arn:aws:glue:{region}:{account}:crawler/{Name}"
_LOG_GROUP = "/aws-glue/crawlers"


class Crawlers:
    """Every crawler of the cloud; `start` makes the work of one crawl."""

    def __init__(self, store: Store, events: Events, start: StartCrawl) -> None:
        self._store, self._events, self._start = store, events, start
        self._crawls: dict[str, Crawl] = {}

    @action("CreateCrawler", _NAMED, passes=("Role",))
    def create(self, request: Request) -> dict[str, Any]:
        """Define a crawler."""
        asked = _checked(request.parameters)
        at = now()
        crawler = {**asked, "State": "READY", "Version": 1, "CreationTime": at, "LastUpdated": at}
        if not self._store.add(KIND, asked["Name"], crawler):
            raise ServiceError("AlreadyExistsException", f"Crawler with name {asked['Name']} already exists")
        return {}

    @action("UpdateCrawler", _NAMED, passes=("Role",))
    def update(self, request: Request) -> dict[str, Any]:
        """Change what the request names, unless the crawler runs."""
        asked = _checked(request.parameters)

        def edit(crawler: Document) -> None:
            crawler.update(asked, LastUpdated=now(), Version=crawler["Version"] + 1)

        self._change_ready(asked["Name"], edit)
        return {}

    @action("GetCrawler", _NAMED)
    def get(self, request: Request) -> dict[str, Any]:
        """Everything about a crawler."""
        return {"Crawler": _present(self._find(request.parameters["Name"]))}

    @action("GetCrawlers", _ALL)
    def get_all(self, request: Request) -> dict[str, Any]:
        """Everything about all crawlers."""
        return page(request, "Crawlers", [_present(crawler) for crawler in self._store.all(KIND)])

    @action("ListCrawlers", _ALL)
    def list(self, request: Request) -> dict[str, Any]:
        """The names of all crawlers."""
        return page(request, "CrawlerNames", [crawler["Name"] for crawler in self._store.all(KIND)])

    @action("DeleteCrawler", _NAMED)
    def delete(self, request: Request) -> dict[str, Any]:
        """Forget a crawler, unless it runs."""
        name = request.parameters["Name"]
        self._change_ready(name, lambda _: None)
        self._store.remove(KIND, name)
        return {}

    @action("StartCrawler", _NAMED)
    def start(self, request: Request) -> dict[str, Any]:
        """Begin a crawl, unless one is running."""
        name = request.parameters["Name"]
        crawl = self._start(self._find(name))

        def begin(crawler: Document) -> None:
            crawler.update(State="RUNNING", StartedAt=now())
            # Within the change: whoever sees RUNNING can stop this crawl.
            self._crawls[name] = crawl

        self._change_ready(name, begin)
        threading.Thread(target=self._crawl, args=(name, crawl), name=f"crawl {name}", daemon=True).start()
        return {}

    @action("StopCrawler", _NAMED)
    def stop(self, request: Request) -> dict[str, Any]:
        """Ask a running crawl to end after the folder it is at."""
        name = request.parameters["Name"]
        self._find(name)

        def stopping(crawler: Document) -> bool:
            if crawler["State"] != "RUNNING":
                return False
            crawler["State"] = "STOPPING"
            self._crawls[name].stop()
            return True

        if self._store.change(KIND, name, stopping) is None:
            raise ServiceError("CrawlerNotRunningException", f"Crawler with name {name} isn't running")
        return {}

    def _crawl(self, name: str, crawl: Crawl) -> None:
        started, stream = time.time(), f"{name}-{uuid.uuid4().hex[:8]}"
        self._events.crawler_started(name)
        last: Document = {
            "LogGroup": _LOG_GROUP,
            "LogStream": stream,
            "MessagePrefix": "",
            "StartTime": started,
        }
        last |= {"Status": "FAILED", "ErrorMessage": "Internal Service Exception"}
        try:
            changes = crawl.run(_LOG_GROUP, stream)
            last |= {"Status": "CANCELLED" if crawl.stopped else "SUCCEEDED", "ErrorMessage": None}
        except (ServiceError, ClientError, BotoCoreError) as error:
            last["ErrorMessage"] = str(error)
        finally:
            self._enter(name, State="STOPPING", LastCrawl=last)
            if last["Status"] == "FAILED":
                self._events.crawler_failed(name, str(last["ErrorMessage"]), stream)
            elif last["Status"] == "SUCCEEDED":
                self._events.crawler_succeeded(name, time.time() - started, changes, stream)
            self._enter(name, State="READY")

    def _change_ready(self, name: str, edit: Any) -> Document:
        def edit_ready(crawler: Document) -> bool:
            if crawler["State"] != "READY":
                return False
            edit(crawler)
            return True

        crawler = self._store.change(KIND, name, edit_ready)
        if crawler is None:
            state = self._find(name)["State"].lower()
            raise ServiceError(
                "CrawlerRunningException", f"Crawler with name {name} has already started ({state})"
            )
        return crawler

    def _enter(self, name: str, **changes: Any) -> None:
        self._store.change(KIND, name, lambda crawler: crawler.update(changes))

    def _find(self, name: str) -> Document:
        crawler = self._store.find(KIND, name)
        if crawler is None:
            raise ServiceError("EntityNotFoundException", f"Crawler entry with name {name} does not exist")
        return crawler


def _present(crawler: Document) -> Document:
    shown = {name: value for name, value in crawler.items() if name != "StartedAt"}
    running = crawler["State"] == "RUNNING"
    return {**shown, "CrawlElapsedTime": round((now() - crawler["StartedAt"]) * 1000) if running else 0}


def _checked(asked: Document) -> Document:
    """The request without its tags; refused where one laptop cannot do what it asks."""
    if asked.get("Schedule"):
        raise ServiceError(
            "InvalidInputException", "The local cloud runs crawlers when they are started only."
        )
    targets = asked.get("Targets", {})
    if any(targets.get(kind) for kind in targets if kind != "S3Targets"):
        raise ServiceError("InvalidInputException", "The local cloud crawls S3 targets only.")
    return {name: value for name, value in asked.items() if name != "Tags"}
