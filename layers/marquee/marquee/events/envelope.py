"""What every event of EventBridge has around its detail."""

from typing import Any


class UnreadableEvent(ValueError):
    """An event lacks what its consumer needs; says which event and which field."""

    def __init__(self, event: object, field: str) -> None:
        kind = event.get("detail-type", "a payload") if isinstance(event, dict) else repr(event)[:80]
        super().__init__(f"{kind} has no {field}; its shape has changed or the wrong one was sent here")


def field_of(event: dict[str, Any], *path: str) -> Any:
    """Return the value at a path of an event; UnreadableEvent names the path if there is none."""
    value: Any = event
    for part in path:
        if not isinstance(value, dict) or part not in value:
            raise UnreadableEvent(event, ".".join(path))
        value = value[part]
    return value
