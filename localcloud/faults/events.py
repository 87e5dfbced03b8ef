"""Events that are lost, repeated, late or out of order: between EventBridge and its targets, and between
Lambda's queue of asynchronous invocations and the function."""

import fnmatch
import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.asynchronous import Invocation
from localcloud.delivery import Accept, Delivery, later
from localcloud.faults.plan import Delay, Drop, Duplicate, EventFault, Plan, PlanRefused, Reorder
from localcloud.faults.tally import Tally

Matches = Callable[[Mapping[str, Any]], bool]
CompilePattern = Callable[[str], Matches]
"""The matcher of an EventBridge pattern (JSON); ValueError with a sentence for what is none."""

_GAP = 0.25
"""Seconds between an event and one that comes behind it: a delivery takes some itself."""


@dataclass(frozen=True)
class _Passage:
    """One event on its way past here."""

    on: str
    event_id: str
    event: Mapping[str, Any]
    rule: str
    target: str
    send: Callable[[], None]

    @property
    def key(self) -> str:
        """What all deliveries of one event have in common; "" for an event without an id."""
        return f"{self.on} {self.event_id}" if self.event_id else ""

    def __str__(self) -> str:
        source = f"rule {self.rule} -> " if self.rule else "invocation of "
        what = self.event.get("detail-type", "event")
        return f"{source}{self.target}: {what} {self.event_id}{self._object}"

    @property
    def _object(self) -> str:
        """Which object an event of S3 is about."""
        detail = self.event.get("detail")
        held = detail.get("object") if isinstance(detail, Mapping) else None
        return f" of {held.get('key')}" if isinstance(held, Mapping) else ""


@dataclass
class _Held:
    """An event that waits for others to pass it."""

    fault: Reorder
    passage: _Passage
    passed: set[str] = field(default_factory=set)


class EventFaults:
    """Stands in the way of events, and strikes them as the plan says."""

    def __init__(self, tally: Tally, compile_pattern: CompilePattern) -> None:
        self._tally, self._compile = tally, compile_pattern
        self._patterns: dict[str, Matches] = {}
        self._held: list[_Held] = []
        self._late = 0
        self._lock = threading.Lock()

    @property
    def pending(self) -> int:
        """How many events are held back now."""
        with self._lock:
            return self._late + len(self._held)

    def prepare(self, plan: Plan) -> None:
        """Compile the plan's patterns; PlanRefused for what is none."""
        mistakes = []
        for index, fault in enumerate(plan.faults):
            if isinstance(fault, EventFault) and fault.event:
                pattern = _text(fault)
                try:
                    self._patterns[pattern] = self._compile(pattern)
                except ValueError as error:
                    mistakes.append(f"faults[{index}].event: {error}")
        if mistakes:
            raise PlanRefused(mistakes)

    def release(self) -> None:
        """Let everything go on that waits to be passed."""
        with self._lock:
            held, self._held = self._held, []
        for waiting in held:
            self._tally.in_vain("reorder", str(waiting.passage))
            waiting.passage.send()

    def deliveries(self, accept: Accept) -> Accept:
        """`accept` (localcloud.delivery), behind the faults."""

        def faulted(delivery: Delivery) -> None:
            event = delivery.event
            rule = delivery.rule_arn.rpartition("/")[2]
            target = delivery.target_arn.rpartition(":")[2]
            event_id = str(event.get("id", ""))
            self._pass(_Passage("delivery", event_id, event, rule, target, lambda: accept(delivery)))

        return faulted

    def invocations(self, accept: Callable[[Invocation], None]) -> Callable[[Invocation], None]:
        """`accept` of asynchronous invocations (localcloud.asynchronous), behind the faults."""

        def faulted(invocation: Invocation) -> None:
            event = invocation.event if isinstance(invocation.event, Mapping) else {}
            name = invocation.function_arn.split(":")[6]
            # Not the event's own id: what a dead-letter queue sends again is another invocation.
            self._pass(_Passage("invocation", uuid.uuid4().hex, event, "", name, lambda: accept(invocation)))

        return faulted

    def _pass(self, passage: _Passage) -> None:
        fault = self._tally.strikes(
            EventFault,
            lambda fault: self._concerns(fault, passage),
            str(passage),
            passage.key,
        )
        match fault:
            case None:
                passage.send()
            case Duplicate():
                for number in range(fault.deliveries):
                    self._send_later(number * fault.spacing, passage)
            case Delay():
                self._send_later(fault.seconds, passage)
            case Reorder():
                self._hold(fault, passage)
        if not isinstance(fault, Drop | Delay | Reorder):
            self._let_pass(passage)

    def _concerns(self, fault: EventFault, passage: _Passage) -> bool:
        return (
            fault.on == passage.on
            and fnmatch.fnmatchcase(passage.rule, fault.rule)
            and fnmatch.fnmatchcase(passage.target, fault.target)
            and (not fault.event or self._patterns[_text(fault)](passage.event))
        )

    def _send_later(self, seconds: float, passage: _Passage) -> None:
        with self._lock:
            self._late += 1
        later(seconds, lambda: self._arrive(passage))

    def _arrive(self, passage: _Passage) -> None:
        try:
            passage.send()
        finally:
            with self._lock:
                self._late -= 1

    def _hold(self, fault: Reorder, passage: _Passage) -> None:
        held = _Held(fault, passage)
        with self._lock:
            self._held.append(held)
        later(fault.at_most, lambda: self._let_go(held, 0.0, in_vain=True))

    def _let_pass(self, passage: _Passage) -> None:
        """Note for everything held that an event has passed it."""
        with self._lock:
            for held in self._held:
                if self._concerns(held.fault, passage) and held.passage.event_id != passage.event_id:
                    held.passed.add(passage.event_id)
            due = [held for held in self._held if len(held.passed) >= held.fault.behind]
        for held in due:
            self._let_go(held, _GAP)

    def _let_go(self, held: _Held, seconds: float, in_vain: bool = False) -> None:
        with self._lock:
            waiting = [other for other in self._held if other is not held]
            if len(waiting) == len(self._held):
                return
            self._held = waiting
            self._late += 1
        if in_vain:
            self._tally.in_vain("reorder", str(held.passage))
        later(seconds, lambda: self._arrive(held.passage))


def _text(fault: EventFault) -> str:
    return json.dumps(fault.event, sort_keys=True)
