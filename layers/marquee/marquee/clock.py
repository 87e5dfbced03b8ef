"""Time as the ledger writes it: ISO 8601, UTC, milliseconds, a Z at the end."""

from datetime import UTC, datetime, timedelta


def now() -> str:
    """Return the present, such as `2026-11-22T17:49:01.123Z`."""
    return _text(datetime.now(UTC))


def later(seconds: float) -> str:
    """Return the moment that is `seconds` from now (negative: in the past)."""
    return _text(datetime.now(UTC) + timedelta(seconds=seconds))


def read(moment: str) -> str:
    """Return a moment of ISO 8601 with its zone (EventBridge's `time`) as `now` writes it."""
    return written(datetime.fromisoformat(moment))


def written(moment: datetime) -> str:
    """Return a moment as `now` writes it."""
    return _text(moment.astimezone(UTC))


def seconds_between(start: str, end: str) -> float:
    """Return the seconds from `start` to `end`, both as `now` writes them."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
