"""What became of every fault that was to strike a call: tried, survived, or never met."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from chaos.subjects.points import Faults, Point
from chaos.waves import Waves

_UNSEEN = "was seen once and never met again, so that nothing is known of it"


@dataclass
class Struck:
    """What the waves tried."""

    plans: list[Faults] = field(default_factory=list)
    """Of every wave."""
    unseen: Faults = field(default_factory=list)
    """Faults that never struck, though their call was seen once."""
    unmet: list[str] = field(default_factory=list)
    """Functions that nothing here has at work, so that nothing is known of them."""


@dataclass
class Tally:
    """What became of one kind of fault in one function."""

    tried: int = 0
    survived: int = 0
    elsewhere: int = 0
    """Of those tried: at their action, though not at the place where it was seen."""
    by_pairs: bool = False
    failures: dict[str, None] = field(default_factory=dict)
    """Sentences, in their order."""

    def note(self, point: Point, struck: int, failures: Sequence[str]) -> None:
        """Take a fault of a wave, how often it struck, and what broke in it."""
        self.tried += struck
        self.elsewhere += struck if point.is_anywhere else 0
        self.by_pairs = self.by_pairs or point.call is None
        if struck and failures:
            self.failures |= dict.fromkeys(failures)
        else:
            self.survived += struck

    def note_unseen(self, point: Point) -> None:
        """Take a fault that never struck."""
        self.tried += 1
        self.failures[f"{point.place} of {point.function} {_UNSEEN}"] = None

    @property
    def remark(self) -> str:
        """What its row does not say."""
        pairs = "struck at each call behind each other, of too many different ones" if self.by_pairs else ""
        place = f"{self.elsewhere} at that action, though not at the place where it was seen"
        return "; ".join(filter(None, (pairs, place if self.elsewhere else "")))


def tallied(waves: Waves, struck: Struck) -> dict[tuple[str, str], Tally]:
    """By kind of fault and function, what became of it."""
    found = defaultdict[tuple[str, str], Tally](Tally)
    struck_waves = [wave for wave in waves.waves if wave.faults]
    for wave, chosen in zip(struck_waves, struck.plans, strict=True):
        failures = waves.broken(wave)
        for place, (point, kind) in enumerate(chosen):
            found[kind, point.function].note(point, wave.struck(place), failures)
    for point, kind in struck.unseen:
        found[kind, point.function].note_unseen(point)
    return found
