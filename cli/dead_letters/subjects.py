"""What a dead letter is about: the event in words, and the run it belongs to."""

from __future__ import annotations

from typing import Any

from marquee.identity import Attempt, run_id_of
from marquee.names import attempt_of


def sentence(event: dict[str, Any]) -> str:
    """Say what happened: `Object Created raw/films.csv`, `Glue Job State Change jr_1 SUCCEEDED`."""
    detail = event.get("detail") or {}
    if "object" in detail:
        return f"{event['detail-type']}: {detail['object'].get('key', '')}"
    if event.get("Type") == "Notification":
        return f"Notice: {event.get('Subject') or str(event.get('Message', ''))[:80]}"
    if "detail-type" not in event:
        return "A call from within Marquee"
    return f"{event['detail-type']}: {_named(detail)}".rstrip(": ")


def _named(detail: dict[str, Any]) -> str:
    names = ("jobRunId", "TrainingJobName", "TransformJobName", "crawlerName", "name")
    states = ("state", "TrainingJobStatus", "TransformJobStatus", "status")
    found = [next((str(detail[key]) for key in keys if key in detail), "") for keys in (names, states)]
    return " ".join(part for part in found if part)


def run_of(event: dict[str, Any], stage: str) -> str:
    """Return the run_id that an event is about, "" where it does not tell."""
    detail = event.get("detail") or {}
    attributes = event.get("MessageAttributes") or {}
    try:
        if "run_id" in event or "run_id" in attributes:
            return str(event.get("run_id") or attributes["run_id"]["Value"])
        if "object" in detail:
            return run_id_of(detail["bucket"]["name"], detail["object"]["key"], detail["object"]["etag"])
        if "stateMachineArn" in detail:
            return Attempt.parse(detail["name"]).run_id
        return attempt_of(stage, detail["TrainingJobName"]).run_id
    except (KeyError, TypeError, ValueError):
        return ""
