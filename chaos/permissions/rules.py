"""EventBridge's way to functions: each one's policy lets one rule in.

Events that a rule may not hand over must come to the queue of undelivered events.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chaos.permissions.grants import listed
from chaos.permissions.letters import letters
from chaos.permissions.traveller import Traveller
from chaos.permissions.verdicts import Mutant, Verdict

_QUIET_SECONDS = 10.0
"""How long a message is waited for that should come in a moment."""
_PROBE = "marquee.probe"


@dataclass(frozen=True)
class Hop:
    """A rule, the function it invokes, and the statement of the function's policy that lets it."""

    rule: Mapping[str, Any]
    target: Mapping[str, Any]
    statement: Mapping[str, Any]

    @property
    def function(self) -> str:
        """Its ARN."""
        return str(self.target["Arn"])


def rules(traveller: Traveller) -> Iterator[Verdict]:
    """Send every rule's event while no function lets any rule in; letters tell which were missed."""
    hops = list(hops_of(traveller))
    with _on_a_probe(traveller, hops), without_statements(traveller, hops):
        marks = [(_put_event(traveller, hop), hop.rule["Arn"]) for hop in hops]
        missed: set[str] = set()

        def look() -> bool | None:
            for letter in letters(traveller, "undelivered-events"):
                told = letter.attributes.get("RULE_ARN", "")
                missed.update(told for mark, rule in marks if mark in letter.body and rule == told)
            return len(missed) == len({hop.rule["Arn"] for hop in hops}) or None

        traveller.soon(look, _QUIET_SECONDS)
    for hop in hops:
        buried = hop.rule["Arn"] in missed
        name = hop.function.rpartition(":")[2]
        mutant = Mutant(f"policy of {name}", hop.statement["Sid"], hop.statement["Action"], frozenset())
        noticed = "a dead letter of EventBridge's" if buried else ""
        why = "" if buried else "the event arrived anyway"
        yield Verdict(mutant, f"event for {hop.rule['Name']}", noticed, why)


def hops_of(traveller: Traveller) -> Iterator[Hop]:
    """Every rule's way to a function."""
    functions, events = traveller.stage.client("lambda"), traveller.stage.client("events")
    for rule in events.list_rules(NamePrefix=f"marquee-{traveller.stage.account.stage}-")["Rules"]:
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            if ":function:" in target["Arn"]:
                policy = json.loads(functions.get_policy(FunctionName=target["Arn"])["Policy"])
                for statement in listed(policy["Statement"]):
                    if rule["Arn"] in json.dumps(statement.get("Condition", {})):
                        yield Hop(rule, target, statement)


@contextmanager
def _on_a_probe(traveller: Traveller, hops: list[Hop]) -> Iterator[None]:
    """Let the rules with a schedule wait for an event instead, which can be sent at once."""
    events = traveller.stage.client("events")
    scheduled = [hop.rule for hop in hops if "EventPattern" not in hop.rule]
    for rule in scheduled:
        events.put_rule(Name=rule["Name"], EventPattern=json.dumps(_pattern(rule)), State="ENABLED")
    try:
        yield
    finally:
        for rule in scheduled:
            schedule = rule["ScheduleExpression"]
            events.put_rule(Name=rule["Name"], ScheduleExpression=schedule, State=rule["State"])


@contextmanager
def without_statements(traveller: Traveller, hops: list[Hop]) -> Iterator[None]:
    """Keep these rules out of their functions meanwhile."""
    functions = traveller.stage.client("lambda")
    for hop in hops:
        functions.remove_permission(FunctionName=hop.function, StatementId=hop.statement["Sid"])
    try:
        yield
    finally:
        for hop in hops:
            functions.add_permission(
                FunctionName=hop.function,
                StatementId=hop.statement["Sid"],
                Action=hop.statement["Action"],
                Principal=hop.statement["Principal"]["Service"],
                SourceArn=hop.rule["Arn"],
            )


def _put_event(traveller: Traveller, hop: Hop) -> str:
    """Put an event on the bus that the rule's pattern matches; gives a mark of what the function is sent."""
    mark, pattern = uuid.uuid4().hex, _pattern(hop.rule)
    detail = {**_matching(pattern.get("detail", {})), "mark": mark}
    event = {"source": pattern["source"][0], "detail_type": pattern["detail-type"][0], "detail": detail}
    traveller.stage.cloud.control("emit", event)
    return str(hop.target.get("Input", mark))


def _pattern(rule: Mapping[str, Any]) -> dict[str, Any]:
    if "EventPattern" in rule:
        return dict(json.loads(rule["EventPattern"]))
    return {"source": [_PROBE], "detail-type": [rule["Name"]]}


def _matching(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest content that a pattern of values and prefixes matches."""
    return {
        name: _matching(wanted) if isinstance(wanted, Mapping) else _value(wanted[0])
        for name, wanted in pattern.items()
    }


def _value(wanted: Any) -> Any:
    return f"{wanted['prefix']}probe" if isinstance(wanted, Mapping) and "prefix" in wanted else wanted
