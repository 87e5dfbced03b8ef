"""Faults in waves: each lets a set of them strike while files are in flight; at the end all is judged."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chaos.errands import Undone
from chaos.findings import Breakage
from chaos.journeys import GOOD, Journey
from chaos.stage import Stage
from chaos.trial import Flight, Trial

WARM_UP = "warm-up"
_ROLLED_BACK = "rolled_back"
_ROLLS_BACK = "-roll-back"
Errand = Callable[[Trial], None]
"""What a person does on the stage; it is repeated until it is done, for its function may die."""


@dataclass
class Wave:
    """Faults, the files that met them, and what struck."""

    label: str
    faults: Sequence[Mapping[str, Any]]
    flights: list[Flight]
    strikes: list[dict[str, Any]]
    seconds: float
    undone: Sequence[str] = ()
    """A sentence for each errand that was not done."""
    late_answers: int = 0
    """How often SNS answered so late that the SDK had published once more."""

    def struck(self, fault: int) -> int:
        """How often the fault of that place struck: a call refused at each retry is one."""
        found = sum(bool(strike["fault"] == fault) for strike in self.strikes)
        return min(found, int(self.faults[fault].get("times", 1)))

    @property
    def deaths_beside_sns(self) -> int:
        """How often SNS had taken a message, and its sender did not live to record it, or was not let."""
        return sum(map(self._is_beside_sns, self.strikes))

    def _is_beside_sns(self, strike: Mapping[str, Any]) -> bool:
        if strike["kind"] not in ("kill", "error"):
            return False
        if self.faults[strike["fault"]].get("when") == "after":
            return "sns:Publish" in strike["subject"]
        return bool(strike["behind"] == "sns:Publish")

    @property
    def deaths_in_rollbacks(self) -> int:
        """Those of them that may repeat a notice of a file of another wave, whose model is brought back."""
        return sum(
            self._is_beside_sns(strike) and _ROLLS_BACK in strike["subject"] for strike in self.strikes
        )

    @property
    def excused(self) -> int:
        """Notices of its files that may have come twice, for SNS cannot be asked to send exactly once."""
        return self.deaths_beside_sns - self.deaths_in_rollbacks + self.late_answers

    def struck_of(self, rule: str) -> int:
        """How often the fault of that rule struck."""
        return sum(self.struck(at) for at, fault in enumerate(self.faults) if fault.get("rule") == rule)


@dataclass
class Waves:
    """A trial in waves."""

    stage: Stage
    patience: float = 240.0
    """Seconds a wave may take: the next one's faults must not strike its files as well."""
    waves: list[Wave] = field(default_factory=list)
    breakages: list[Breakage] = field(default_factory=list)

    @cached_property
    def trial(self) -> Trial:
        """What is dropped on the stage."""
        return Trial.on(self.stage)

    def warm_up(self, journeys: Iterable[Journey] = (GOOD,)) -> None:
        """Let every function start once, and have a champion: without faults."""
        for number, journey in enumerate(journeys):
            self.trial.land([self.trial.drop(WARM_UP, journey, 1_000_000 + number)])

    def ride(
        self,
        label: str,
        faults: Sequence[Mapping[str, Any]],
        files: Iterable[tuple[Journey, int]],
        seed: int = 0,
        errands: Iterable[Errand] = (),
    ) -> Wave:
        """One wave: the faults, (journey, seed) of every file, and what is done when these have ended."""
        started, before, late = time.monotonic(), len(self.trial.strikes), self._late_answers()
        self.trial.plan(faults, seed)
        flights = [self.trial.drop(label, journey, number) for journey, number in files]
        landed = self.trial.land(flights, self.patience)
        undone = [told for errand in errands for told in self._done(errand)]
        self.trial.strikes += self.stage.cloud.struck()
        strikes = self.trial.strikes[before:]
        if not landed:
            undone += self._without_faults(flights)
        wave = Wave(label, faults, flights, strikes, time.monotonic() - started, undone)
        wave.late_answers = self._late_answers() - late
        self.waves.append(wave)
        return wave

    def _late_answers(self) -> int:
        return self.stage.cloud.repeated_calls().get("sns:Publish", 0)

    def _without_faults(self, flights: Iterable[Flight]) -> Iterator[str]:
        """More time for files that have not ended, before the faults of the next wave could strike them."""
        self.trial.plan(())
        if not self.trial.land(flights, self.patience):
            yield f"not all files had ended {2 * self.patience:.0f} s after the first was dropped"

    def _done(self, errand: Errand) -> Iterator[str]:
        try:
            errand(self.trial)
        except Undone as undone:
            yield str(undone)

    def judge(self) -> None:
        """Look at everything after the last wave, when all had its time."""
        repeats = sum(wave.excused + wave.deaths_in_rollbacks for wave in self.waves)
        self.breakages = self.trial.verdict(repeats=repeats)

    def repeated(self, wave: Wave) -> int:
        """Notices of a wave that came twice: a death before SNS's answer was recorded, or no answer in time.

        SNS offers no way to send exactly once (docs/decisions.md); each such case excuses one repeat.
        """
        own = {flight.run_id or flight.key for flight in wave.flights}
        repeats = sum(_is_own_repeat(found) and found.run_id in own for found in self.breakages)
        return repeats if repeats <= wave.excused else 0

    @property
    def repeated_rollbacks(self) -> int:
        """The same of notices that a model was brought back, of whichever wave its file was."""
        repeats = sum(found.repeated and found.outcome == _ROLLED_BACK for found in self.breakages)
        return repeats if repeats <= sum(wave.deaths_in_rollbacks for wave in self.waves) else 0

    def broken(self, wave: Wave) -> list[str]:
        """What broke of a wave's files; what is no struck wave's counts against every wave."""
        own = {flight.run_id or flight.key for flight in wave.flights}
        struck = {
            flight.run_id or flight.key for other in self.waves if other.faults for flight in other.flights
        }
        return [
            *(told for other in self.waves if other is wave or not other.faults for told in other.undone),
            *(
                found.sentence
                for found in self.breakages
                if (found.run_id in own or found.run_id not in struck) and not self._is_excused(found, wave)
            ),
        ]

    def _is_excused(self, found: Breakage, wave: Wave) -> bool:
        if _is_own_repeat(found):
            return self.repeated(wave) > 0
        return found.repeated and self.repeated_rollbacks > 0

    @property
    def kinds(self) -> Counter[str]:
        """How often each kind of fault struck."""
        found = Counter[str]()
        for wave in self.waves:
            for at, fault in enumerate(wave.faults):
                found[fault["kind"]] += wave.struck(at)
        return found


def _is_own_repeat(found: Breakage) -> bool:
    return found.repeated and found.outcome != _ROLLED_BACK
