"""Decides which fault of a plan strikes, and remembers what was struck."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from localcloud.faults.plan import Fault, Plan

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Strike:
    """One thing that was made to go wrong."""

    fault: int
    """Its place in the plan, from 0."""
    kind: str
    at: float
    """Seconds since the epoch."""
    subject: str
    """What was struck: a delivery, a call, a process."""
    behind: str = ""
    """Of a call that a function makes: the action that it called before."""
    about: str = ""
    """Of a function that publishes a notice, or had just done so: whose it is (localcloud.faults.calls)."""
    in_vain: bool = False
    """An event was held back, but none passed it: it was only late."""


@dataclass(frozen=True)
class Beside:
    """What stood beside a call that was struck, in the words of Strike."""

    behind: str = ""
    about: str = ""


_ALONE = Beside()


@dataclass
class _Count:
    """How often one fault was asked, and what it answered."""

    fault: Fault
    seed: str
    seen: int = 0
    struck: int = 0
    decided: dict[str, bool] = field(default_factory=dict)

    def draw(self, key: str) -> bool:
        if key in self.decided:
            return self.decided[key]
        number, self.seen = self.seen, self.seen + 1
        drawn = random.Random(f"{self.seed}/{number}").random()  # noqa: S311 - chance, not secrets
        strikes = (
            number >= self.fault.skip and self.struck < self.fault.times and drawn < self.fault.probability
        )
        self.struck += strikes
        if key:
            self.decided[key] = strikes
        return strikes


class Tally:
    """The plan in force, and what it has struck. Callable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plan, self._counts, self._struck = Plan(), list[_Count](), list[Strike]()

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self._plan

    def replace(self, plan: Plan) -> None:
        """Follow another plan, with nothing struck yet."""
        counts = [_Count(fault, f"{plan.seed}/{index}") for index, fault in enumerate(plan.faults)]
        with self._lock:
            self._plan, self._counts, self._struck = plan, counts, []

    def strikes(
        self,
        kind: type[Kind],
        matches: Callable[[Kind], bool],
        subject: str,
        key: str = "",
        beside: Beside = _ALONE,
    ) -> Kind | None:
        """The first fault of a kind that matches and strikes, if any; it counts as struck.

        Whatever has the same `key`, if one is given, is decided once and counted once.
        """
        with self._lock:
            for index, count in enumerate(self._counts):
                fault = count.fault
                if isinstance(fault, kind) and matches(fault) and count.draw(key):
                    struck = Strike(index, fault.kind, time.time(), subject, beside.behind, beside.about)
                    self._struck.append(struck)
                    return fault
        return None

    def in_vain(self, kind: str, subject: str) -> None:
        """Note that what a kind of fault did to a subject came to nothing."""
        with self._lock:
            self._struck = [
                replace(strike, in_vain=True) if (strike.kind, strike.subject) == (kind, subject) else strike
                for strike in self._struck
            ]

    def struck(self) -> list[dict[str, Any]]:
        """Everything struck since the plan is in force, oldest first."""
        with self._lock:
            return [asdict(strike) for strike in self._struck]
