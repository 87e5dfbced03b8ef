"""Emitted events against the golden ones of events/, which are AWS's own shape."""

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.glue.events import Events

GOLDEN = Path(__file__).parents[3] / "events"


class Bus:
    """Remembers the last event."""

    def __call__(self, source: str, detail_type: str, detail: Any, resources: Any) -> str:
        self.event = {
            "source": source,
            "detail-type": detail_type,
            "detail": dict(detail),
            "resources": resources,
        }
        return "id"


def _golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((GOLDEN / f"glue_{name}.json").read_text(encoding="utf-8"))
    return event


def _alike(emitted: dict[str, Any], golden: dict[str, Any]) -> bool:
    """The same members, all of them texts, and the same state, severity and message."""
    detail, wanted = emitted["detail"], golden["detail"]
    said = [name for name in ("state", "severity", "message") if wanted["state"] != "FAILED"]
    return (
        (emitted["source"], emitted["detail-type"]) == (golden["source"], golden["detail-type"])
        and set(detail) == set(wanted)
        and all(isinstance(value, str) for value in detail.values())
        and all(detail.get(name) == wanted.get(name) for name in said)
    )


@pytest.mark.parametrize("state", ["SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"])
def test_job_events_have_the_shape_of_aws(state: str) -> None:
    bus = Bus()
    run = {"JobName": "job", "Id": "jr_1", "JobRunState": state, "ErrorMessage": "why"}
    Events(bus, "123456789012", "us-east-1").job_run(run)
    assert _alike(bus.event, _golden(f"job_{state.lower()}"))


def test_crawler_events_have_the_shape_of_aws() -> None:
    bus = Bus()
    events = Events(bus, "123456789012", "us-east-1")
    events.crawler_started("raw")
    assert _alike(bus.event, _golden("crawler_started"))
    changes = {"tablesCreated": 1, "tablesUpdated": 0, "partitionsCreated": 0, "partitionsUpdated": 0}
    events.crawler_succeeded("raw", 41.3, changes, "stream")
    assert _alike(bus.event, _golden("crawler_succeeded"))
    events.crawler_failed("raw", "Internal Service Exception", "stream")
    assert _alike(bus.event, _golden("crawler_failed"))
    assert bus.event["detail"]["errorMessage"] == "Internal Service Exception"
