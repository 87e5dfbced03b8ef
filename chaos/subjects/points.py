"""Where functions are struck: every call to AWS that was seen while nothing was wrong, and in which order."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

from chaos.waves import Wave

_Key = TypeVar("_Key")
_BEFORE = "killed before its first call"
KINDS: Mapping[str, Mapping[str, Any]] = {
    _BEFORE: {"kind": "kill", "when": "before"},
    "killed after a call": {"kind": "kill", "when": "after"},
    "call throttled": {"kind": "error", "error": "throttling", "attempts": "all"},
}
_AT_DEPLOYMENT = "-publish-code"
"""The one function that works only while CloudFormation deploys, and whose failure fails the deployment."""
_PER_WAVE = 2
"""Faults that one function meets in a wave: Lambda and the machines try three times, the third must work."""
_ASKED_AGAIN = {"reconcile": 8, "predict": 5, "sweep-endpoint": 5}
"""Functions that are asked again until they answer may meet more, unless an event may set them to work."""
_ALWAYS_ASKED = "-reconcile"
_NUMBERED = 16
"""Of a function with more different calls, such as the reconciler, the number of a call says little."""
_MOST_TRIES = 4


@dataclass(frozen=True)
class Point:
    """A call that a function makes: the n-th of an invocation, or one right behind another."""

    function: str
    action: str
    call: int | None = None
    behind: str = ""
    """The action called before when it was seen; "" for the first call."""
    seen: tuple[int, ...] = (0,)
    """The passages in which it was seen, by their place."""
    misses: int = 0
    """How often a fault waited in vain: for that number, for the call behind that other, at last for any."""

    def fault(self, kind: str) -> dict[str, Any]:
        """The fault of that kind at this call."""
        fault = {**KINDS[kind], "action": self.action}
        fault["function" if fault["kind"] == "kill" else "caller"] = self.function
        if self.is_anywhere:
            return fault
        if self.call and not self.misses:
            return {**fault, "call": self.call}
        return {**fault, "behind": self.behind}

    @property
    def is_anywhere(self) -> bool:
        """Whether the place did not come about again, so that only the action is struck."""
        return self.misses > (1 if self.call else 0)

    @property
    def place(self) -> str:
        """The call in words."""
        return (
            f"{self.action} {self.call}" if self.call else f"{self.action} behind {self.behind or 'nothing'}"
        )


Faults = list[tuple[Point, str]]
"""Calls, each with the kind of fault that is to strike it."""


def points_of(*passages: list[dict[str, Any]]) -> list[Point]:
    """Every call that was recorded, by its number, or by the one before it where there are too many."""
    found: dict[str, list[tuple[int, list[str]]]] = defaultdict(list)
    for place, recorded in enumerate(passages):
        for invocation in recorded:
            found[invocation["function"]].append((place, invocation["calls"]))
    return [point for function in sorted(found) for point in _points(function, found[function])]


def _points(function: str, invocations: list[tuple[int, list[str]]]) -> list[Point]:
    numbered, paired = dict[tuple[int, str], Point](), dict[tuple[str, str], Point]()
    for place, calls in invocations:
        for number, (behind, action) in enumerate(pairwise(["", *calls]), start=1):
            point = Point(function, action, number, behind)
            _note(numbered, (number, action), point, place)
            _note(paired, (behind, action), replace(point, call=None), place)
    found = numbered if len(numbered) <= _NUMBERED else paired
    return [point for _, point in sorted(found.items(), key=lambda held: held[0])]


def _note(found: dict[_Key, Point], key: _Key, point: Point, place: int) -> None:
    """Take a point that was seen in that passage."""
    seen = found[key].seen if key in found else ()
    found[key] = replace(found.get(key, point), seen=tuple(sorted({*seen, place})))


def faults_of(points: Sequence[Point]) -> Faults:
    """Every kind of fault at every point.

    Before a call is the same moment as after the one before it: nothing that AWS sees lies between. So a
    function is killed before its first call, and after each.
    """
    return [(point, kind) for kind in KINDS for point in points if kind != _BEFORE or not point.behind]


def turn_of(left: Faults, number: int, turns: int) -> int:
    """The files of the next wave: each passage in turn, if something is left that was seen in it."""
    fresh = _fresh(left) or left
    wanted = [(number + more) % turns for more in range(turns)]
    return next((turn for turn in wanted if any(turn in point.seen for point, _ in fresh)), wanted[0])


def chosen_of(left: Faults, turn: int) -> Faults:
    """The next faults of every function, each at another call that was seen in this passage.

    What was seen in no other comes first. What did not come about waits until all others were tried; then a
    function meets one in a wave: another could turn it off the way that leads there.
    """
    fresh = _fresh(left)
    here = sorted((one for one in fresh or left if turn in one[0].seen), key=lambda one: len(one[0].seen))
    taken, chosen = Counter[str](), list[tuple[Point, str]]()
    for point, kind in here:
        alone = not fresh and not point.function.endswith(_ALWAYS_ASKED)
        if taken[point.function] < (1 if alone else _most(point.function)):
            taken[point.function] += 1
            chosen.append((point, kind))
    return chosen


def _fresh(left: Faults) -> Faults:
    return [one for one in left if not one[0].misses]


def _most(function: str) -> int:
    return next((most for name, most in _ASKED_AGAIN.items() if function.endswith(f"-{name}")), _PER_WAVE)


def left_of(left: Faults, unseen: Faults, chosen: Faults, wave: Wave) -> tuple[Faults, Faults]:
    """What is still to be tried, and what was tried so often in vain that it is given up."""
    rest, given_up = [one for one in left if one not in chosen], list(unseen)
    for place, (point, kind) in enumerate(chosen):
        if not wave.struck(place):
            again = replace(point, misses=point.misses + 1)
            (rest if again.misses < _MOST_TRIES else given_up).append((again, kind))
    return rest, given_up


def unmet_of(functions: Sequence[str], points: Sequence[Point]) -> list[str]:
    """Functions of the stack that made no call while nothing was wrong."""
    met = {point.function for point in points}
    return [name for name in functions if name not in met and not name.endswith(_AT_DEPLOYMENT)]
