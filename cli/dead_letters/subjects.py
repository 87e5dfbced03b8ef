"""What a dead letter is about: the event in words."""

from __future__ import annotations

from typing import Any


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
