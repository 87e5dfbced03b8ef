"""Tags: AddTags, ListTags, DeleteTags, and the tags that a resource is made with."""

import threading
from collections.abc import Iterable
from typing import Any

from localcloud.awsjson import Request, ServiceError, action

_ARN = "{ResourceArn}"


class Tags:
    """The tags of every resource, by ARN."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def register(self, arn: str, request: Request) -> None:
        """Know a resource that a call has just made, with the tags it came with."""
        with self._lock:
            self._tags[arn] = _mapping(request.parameters.get("Tags", []))

    def forget(self, arn: str) -> None:
        """Drop the tags of a deleted resource."""
        with self._lock:
            self._tags.pop(arn, None)

    def of(self, arn: str) -> dict[str, str]:
        """The tags of a resource, key to value, as its events carry them."""
        with self._lock:
            return dict(self._tags.get(arn, {}))

    @action("AddTags", _ARN)
    def add(self, request: Request) -> dict[str, Any]:
        """Set tags on a resource."""
        arn = self._known(request)
        with self._lock:
            self._tags[arn].update(_mapping(request.parameters["Tags"]))
        return {"Tags": _pairs(self.of(arn))}

    @action("ListTags", _ARN)
    def list_all(self, request: Request) -> dict[str, Any]:
        """The tags of a resource."""
        return {"Tags": _pairs(self.of(self._known(request)))}

    @action("DeleteTags", _ARN)
    def delete(self, request: Request) -> dict[str, Any]:
        """Take tags off a resource."""
        arn = self._known(request)
        with self._lock:
            for key in request.parameters["TagKeys"]:
                self._tags[arn].pop(key, None)
        return {}

    def _known(self, request: Request) -> str:
        arn: str = request.parameters["ResourceArn"]
        if arn not in self._tags:
            raise ServiceError("ValidationException", f"Could not find the resource {arn}.")
        return arn


def _mapping(pairs: Iterable[dict[str, str]]) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs}


def _pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
