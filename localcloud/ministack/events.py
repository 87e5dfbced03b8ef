"""EventBridge: puts events of services on the bus, and hands deliveries to whoever delivers."""

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.services import eventbridge

from localcloud.delivery import Accept, Delivery
from localcloud.ministack.scope import Scoped


class Events(Scoped):
    """The default bus."""

    def emit_event(
        self, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> str:
        """Put an event of an AWS service on the default bus; gives its id. Callable from any thread."""
        event = {
            "EventId": str(uuid.uuid4()),
            "Source": source,
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
            "EventBusName": "default",
            "Time": int(time.time()),
            "Resources": list(resources),
            "Account": self._config.account,
            "Region": self._config.region,
        }
        with self.scope():
            eventbridge._dispatch_event(event)
            eventbridge._archive_event(event)
        return str(event["EventId"])

    def compile_pattern(self, pattern: str) -> Callable[[Mapping[str, Any]], bool]:
        """What tells whether an event matches an EventBridge pattern (JSON); ValueError for what is none."""
        try:
            alternatives = eventbridge._compile_pattern(json.loads(pattern))
        except eventbridge._InvalidPattern as error:
            raise ValueError(f"not an EventBridge pattern: {error}") from error
        return lambda event: any(eventbridge._matches_detail(event, pattern) for pattern in alternatives)

    def replace_delivery(self, accept: Accept, reaches: Callable[[str], bool]) -> None:
        """Let `accept` see to every event for a target whose ARN it `reaches`."""
        deliver = eventbridge._invoke_target

        def invoke_target(target: dict[str, Any], event: dict[str, Any], rule: Any, view: Any = None) -> None:
            if not reaches(target["Arn"]):
                deliver(target, event, rule, view)
                return
            view = view or eventbridge._pattern_event_view(event)
            payload = _payload(target, rule, view)
            accept(Delivery(rule["Arn"], dict(target), payload, view.event_with_detail()))

        eventbridge._invoke_target = invoke_target


def _payload(target: Mapping[str, Any], rule: Any, view: Any) -> str:
    """What the target is sent: its Input, a part of the event, a text made from it, or the event."""
    if transformer := target.get("InputTransformer"):
        return str(eventbridge._apply_input_transformer(transformer, rule, view))
    if constant := target.get("Input"):
        return str(constant)
    event = view.event_with_detail()
    for name in str(target.get("InputPath") or "$").split(".")[1:]:
        event = event[name]
    return json.dumps(event)
