import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from localcloud.asynchronous import Invocation, Policy
from localcloud.delivery import Delivery
from localcloud.faults import events
from localcloud.faults.events import EventFaults
from localcloud.faults.plan import PlanRefused, parsed
from localcloud.faults.tally import Tally

ACCOUNT = "us-east-1:000000000000"


def by_source(pattern: str) -> Callable[[Mapping[str, Any]], bool]:
    """As much of EventBridge's patterns as these tests need; the real ones are MiniStack's."""
    sources = json.loads(pattern)["source"]
    if not isinstance(sources, list):
        raise ValueError('"source" must be a list')
    return lambda event: event.get("source") in sources


class Bench:
    """The faults of a plan, and what got past them."""

    def __init__(self, *faults: dict[str, Any]) -> None:
        plan, tally = parsed({"faults": list(faults)}), Tally()
        self.tally, self.faults = tally, EventFaults(tally, by_source)
        self.faults.prepare(plan)
        tally.replace(plan)
        self.passed: list[str] = []
        self._deliver = self.faults.deliveries(lambda delivery: self._note(delivery.event, delivery.rule_arn))
        self._invoke = self.faults.invocations(lambda it: self._note(it.event, it.function_arn))

    def _note(self, event: Mapping[str, Any], arn: str) -> None:
        self.passed.append(f"{event['id']} {arn.rpartition('/')[2].rpartition(':')[2]}")

    def deliver(self, event_id: str, rule: str = "rule", target: str = "f", source: str = "aws.glue") -> None:
        arn = f"arn:aws:lambda:{ACCOUNT}:function:{target}"
        event = {"id": event_id, "source": source, "detail-type": "T"}
        self._deliver(Delivery(f"arn:aws:events:{ACCOUNT}:rule/{rule}", {"Arn": arn}, "{}", event))

    def invoke(self, event_id: str, function: str) -> None:
        arn = f"arn:aws:lambda:{ACCOUNT}:function:{function}"
        self._invoke(Invocation(arn, "role", Policy(), {"id": event_id}, dict))

    def expect(self, *passed: str) -> None:
        """Wait until exactly these have got past, in this order, and nothing is under way."""
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline and (len(self.passed) < len(passed) or self.faults.pending):
            time.sleep(0.005)
        assert self.passed == list(passed)
        assert self.faults.pending == 0


def test_a_dropped_event_is_dropped_for_all_its_rules() -> None:
    bench = Bench({"kind": "drop"})

    for event_id, rule in (("1", "train"), ("2", "train"), ("1", "catalog")):
        bench.deliver(event_id, rule)

    bench.expect("2 train")


@pytest.mark.parametrize(
    "fault", [{"rule": "tr*"}, {"target": "other"}, {"event": {"source": ["aws.sagemaker"]}}]
)
def test_a_fault_strikes_only_what_it_names(fault: dict[str, Any]) -> None:
    bench = Bench({"kind": "drop", "times": 9, **fault})

    bench.deliver("1", "train", "other", "aws.sagemaker")
    bench.deliver("2", "catalog", "f", "aws.glue")

    bench.expect("2 catalog")


def test_an_event_is_delivered_as_often_as_asked() -> None:
    bench = Bench({"kind": "duplicate", "deliveries": 3, "spacing": 0.01})

    bench.deliver("1")

    bench.expect("1 rule", "1 rule", "1 rule")


def test_an_event_comes_late() -> None:
    bench = Bench({"kind": "delay", "seconds": 0.1})

    bench.deliver("1")
    bench.deliver("2")

    assert bench.faults.pending == 1
    bench.expect("2 rule", "1 rule")


def test_an_event_comes_behind_as_many_others_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_GAP", 0.02)
    bench = Bench({"kind": "reorder", "behind": 2, "event": {"source": ["aws.glue"]}})

    bench.deliver("1")
    bench.deliver("2")
    bench.deliver("unlike", source="aws.s3")
    time.sleep(0.06)
    assert bench.passed == ["2 rule", "unlike rule"]
    bench.deliver("3")

    bench.expect("2 rule", "unlike rule", "3 rule", "1 rule")
    assert [strike["in_vain"] for strike in bench.tally.struck()] == [False]


def test_an_event_that_nothing_passes_comes_late() -> None:
    bench = Bench({"kind": "reorder", "at_most": 0.05})

    bench.deliver("1")

    bench.expect("1 rule")
    assert [strike["in_vain"] for strike in bench.tally.struck()] == [True]


def test_what_waits_to_be_passed_is_released() -> None:
    bench = Bench({"kind": "reorder", "at_most": 600})
    bench.deliver("1")

    bench.faults.release()

    bench.expect("1 rule")
    assert [strike["in_vain"] for strike in bench.tally.struck()] == [True]


def test_invocations_are_struck_apart_from_deliveries() -> None:
    bench = Bench({"kind": "drop", "on": "invocation", "target": "train"})

    bench.deliver("1", target="train")
    bench.invoke("1", "train")
    bench.invoke("1", "train")
    bench.invoke("1", "catalog")

    bench.expect("1 rule", "1 train", "1 catalog")


def test_what_is_no_pattern_is_refused_by_its_place() -> None:
    with pytest.raises(PlanRefused, match=r'^faults\[1\]\.event: "source" must be a list$'):
        Bench({"kind": "drop"}, {"kind": "drop", "event": {"source": "aws.glue"}})
