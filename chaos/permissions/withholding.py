"""Runs functions without their permissions, one permission after the other, inside the local cloud.

Every grant of a role is withheld at first. An invocation that is denied one is looked at: did it fail
visibly? Then that one grant is given, and the same event runs again, as Lambda's or Step Functions' own
retry would run it, until it is denied nothing. Up to the call that was denied, an invocation has had all
it asked for, so it is the very invocation that a template without that one grant would see.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chaos.permissions.grants import Grant, document

if TYPE_CHECKING:
    from localcloud.ministack.permissions import Decision

Run = Callable[[Mapping[str, Any], Any, str], dict[str, Any]]
Once = Callable[[], dict[str, Any]]
Put = Callable[[str, str, str], None]
"""(role, policy, document): make it the role's policy of that name; "" leaves it none."""


@dataclass(frozen=True)
class Denial:
    """What became of the first invocation that was denied a grant."""

    grants: tuple[Grant, ...]
    """Those that allow what was denied; one alone, unless two statements allow the same."""
    action: str
    resource: str
    function: str
    noticed: str
    """How the invocation failed; "" if it went on as if nothing was."""
    named: bool
    """Whether its answer names the action."""


@dataclass
class Withholding:
    """The grants that are withheld, what was denied because of it, and every decision about a role."""

    put: Put
    grants: dict[str, set[Grant]] = field(default_factory=lambda: defaultdict(set))
    withheld: dict[str, set[Grant]] = field(default_factory=lambda: defaultdict(set))
    denials: list[Denial] = field(default_factory=list)
    decisions: dict["Decision", int] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    _log: dict[str, list["Decision"]] = field(default_factory=lambda: defaultdict(list))
    _locks: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))

    def know(self, grants: list[Grant]) -> None:
        """Learn all that every role may."""
        for grant in grants:
            self.grants[grant.role].add(grant)

    def withhold(self, grants: list[Grant], *, repeat: bool) -> None:
        """Take these away; `repeat`: invocations that miss one are repeated with it, else they just fail."""
        for role in {grant.role for grant in grants}:
            self.withheld[role] |= {grant for grant in grants if grant.role == role}
            self.repeated |= {role} if repeat else set()
            self._apply(role)

    def give_back(self) -> None:
        """Let every role have all its grants again."""
        for role in [role for role, held in self.withheld.items() if held]:
            self.withheld[role].clear()
            self._apply(role)
        self.repeated.clear()

    def give(self, role: str, action: str, resource: str) -> tuple[Grant, ...]:
        """Give what allows this back to its role; says what that was."""
        grants = tuple(sorted(g for g in self.grants[role] if g.covers(role, action, resource)))
        self.withheld[role] -= set(grants)
        self._apply(role)
        return grants

    def denied(self, role: str) -> list["Decision"]:
        """What was denied to a role that is no function's, in order, since this was asked last."""
        found, self._log[role] = self._log[role], []
        return self._missing(role, found)

    def heard(self, decision: "Decision") -> None:
        """Take note of a decision of IAM's."""
        self.decisions[decision] = self.decisions.get(decision, 0) + 1
        if not decision.allowed:
            self._log[decision.role].append(decision)

    def around(self, run: Run) -> Run:
        """An invocation that is repeated with one more grant as long as it is denied one."""

        def run_until_allowed(function: Mapping[str, Any], event: Any, request_id: str) -> dict[str, Any]:
            config = function.get("config") or function
            role = str(config["Role"]).rsplit("/", 1)[-1]
            if role not in self.repeated:
                return run(function, event, request_id)
            # One invocation of a role at a time: another must not see half of its policy.
            with self._locks[role]:
                return self._until_allowed(role, lambda: run(function, event, request_id), config)

        return run_until_allowed

    def _until_allowed(self, role: str, run: Once, config: Mapping[str, Any]) -> dict[str, Any]:
        found: list[Denial] = []
        while True:
            result, missing = self._watched(role, run)
            if missing:
                alone = missing[0]
                if len(missing) > 1:
                    alone, result, missing = self._with_one_missing(role, missing, run)
            if not missing:
                # Or it was not asked for this time, for somebody else had done it: another event will tell.
                self._judge(role, found, result)
                return result
            found.append(self._give(alone, str(config["FunctionName"]), result))

    def _watched(self, role: str, run: Once) -> tuple[dict[str, Any], list["Decision"]]:
        """Run once; the answer, and what was denied of what is withheld, each once, in order."""
        before = len(self._log[role])
        result = run()
        return result, list(dict.fromkeys(self._missing(role, self._log[role][before:])))

    def _with_one_missing(
        self, role: str, missing: list["Decision"], run: Once
    ) -> tuple["Decision", dict[str, Any], list["Decision"]]:
        """One of these, and the answer where nothing else is missing: of two denials, which made it fail?"""
        held, lent = set(self.withheld[role]), set[Grant]()
        while True:
            alone = self._rarest(missing)
            kept = self._covering(alone)
            lent |= {grant for one in missing for grant in self._covering(one)}
            self.withheld[role] = held - (lent - kept)
            self._apply(role)
            result, missing = self._watched(role, run)
            # Who is denied less goes further, and may miss what it did not come to before.
            if all(self._covering(one) <= kept for one in missing):
                break
        self.withheld[role] = held
        self._apply(role)
        return alone, result, missing

    def _rarest(self, missing: list["Decision"]) -> "Decision":
        """What was asked for least often, and first of these.

        With the others lent work may be done, after which nobody asks for them again: what every
        invocation asks for can wait for the next.
        """

        def often(one: "Decision") -> int:
            alike = (one.role, one.action)
            return sum(n for held, n in self.decisions.items() if (held.role, held.action) == alike)

        return min(missing, key=often)

    def _covering(self, decision: "Decision") -> set[Grant]:
        asked = (decision.role, decision.action, decision.resource)
        return {grant for grant in self.grants[decision.role] if grant.covers(*asked)}

    def _missing(self, role: str, denied: list["Decision"]) -> list["Decision"]:
        return [one for one in denied if self._covering(one) & self.withheld[role]]

    def _give(self, denied: "Decision", function: str, result: Mapping[str, Any]) -> Denial:
        grants = self.give(denied.role, denied.action, denied.resource)
        says = denied.action.partition(":")[2] in json.dumps(result.get("body"), default=str)
        return Denial(grants, denied.action, denied.resource, function, noticed_in(result), says)

    def _judge(self, role: str, found: list[Denial], result: Mapping[str, Any]) -> None:
        """Keep what was found; where the event fails anyway, only a failure that names the action counts."""
        fails_anyway = bool(noticed_in(result))
        doubted = [denial for denial in found if fails_anyway and not denial.named]
        self.denials += [denial for denial in found if denial not in doubted]
        if doubted:
            self.withheld[role] |= {grant for denial in doubted for grant in denial.grants}
            self._apply(role)

    def _apply(self, role: str) -> None:
        policies: dict[str, set[Grant]] = defaultdict(set)
        for grant in self.grants[role]:
            policies[grant.policy] |= set() if grant in self.withheld[role] else {grant}
        for policy, left in policies.items():
            self.put(role, policy, document(left))


def noticed_in(result: Mapping[str, Any]) -> str:
    """How an invocation says that something is wrong; "" if it does not.

    What raises is retried, and ends as a dead letter with its alarm or in a state machine's Catch; the
    address answers 5xx; reconcile calls what it could not ask `unasked`, and asks again.
    """
    body = result.get("body")
    if result.get("error"):
        return f"raised {body.get('errorType')}" if isinstance(body, Mapping) else "failed"
    if not isinstance(body, Mapping):
        return ""
    if int(body.get("statusCode", 200)) >= 500:
        return f"answered {body['statusCode']}"
    return "answered unasked" if "unasked" in body.values() else ""
