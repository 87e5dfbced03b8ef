"""Which run an event is about, as far as the event itself tells."""

from __future__ import annotations

from typing import Any

from marquee.identity import Attempt, run_id_of
from marquee.names import attempt_of


def run_of(event: Any, stage: str) -> str:
    """Return the run_id (a batch's id for a batch), "" where the event names none.

    >>> run_of({"run_id": "films-0123456789"}, "dev")
    'films-0123456789'
    """
    try:
        return _run_of(event, event.get("detail") or {}, stage)
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""


def _run_of(event: dict[str, Any], detail: dict[str, Any], stage: str) -> str:
    if "run_id" in event:
        return str(event["run_id"])
    if "MessageAttributes" in event:
        return str(event["MessageAttributes"]["run_id"]["Value"])
    if "object" in detail:
        return _of_upload(detail["bucket"]["name"], detail["object"])
    if "stateMachineArn" in detail:
        return Attempt.parse(detail["name"]).run_id
    return attempt_of(stage, detail.get("TrainingJobName") or detail["TransformJobName"]).run_id


def _of_upload(bucket: str, item: dict[str, Any]) -> str:
    """A batch dropped again is another batch, so its id holds the sequencer too."""
    content = f"{item['etag']}/{item['sequencer']}" if item["key"].startswith("batch/") else item["etag"]
    return run_id_of(bucket, item["key"], content)
