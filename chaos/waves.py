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
from chaos.stopping import stop_what_is_to_be_stopped
from chaos.trial import Flight, Trial

WARM_UP = "warm-up"
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
    late_answers: Counter[str] = field(default_factory=Counter)
    """By notice, how often SNS answered so late that the SDK had published it once more."""

    def struck(self, fault: int) -> int:
        """How often the fault of that place struck: a call refused at each retry is one.

        An event that was to be passed by another, and was only late, was not struck.
        """
        found = sum(bool(one["fault"] == fault and not one.get("in_vain")) for one in self.strikes)
        return min(found, int(self.faults[fault].get("times", 1)))

    @property
    def deaths_beside_sns(self) -> Counter[str]:
        """By notice, how often SNS had taken it, and its sender did not live to record it, or was not let.

        A call that is refused at each retry is one.
        """
        held = {(one["fault"], one["subject"], one["about"]) for one in self.strikes if self._is_beside(one)}
        return Counter(notice for _, _, notice in held)

    def _is_beside(self, strike: Mapping[str, Any]) -> bool:
        if strike["kind"] not in ("kill", "error"):
            return False
        if self.faults[strike["fault"]].get("when") == "after":
            return "sns:Publish" in strike["subject"]
        return bool(strike["behind"] == "sns:Publish")


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

    def ride(  # noqa: PLR0913 - what goes wrong, and what is done meanwhile
        self,
        label: str,
        faults: Sequence[Mapping[str, Any]],
        files: Iterable[tuple[Journey, int]],
        *,
        seed: int = 0,
        errands: Iterable[Errand] = (),
        apart: float = 0.0,
    ) -> Wave:
        """One wave: the faults, (journey, seed) of every file, and what is done when these have ended.

        Files are dropped that many seconds `apart`.
        """
        started, before, late = time.monotonic(), len(self.trial.strikes), self._late_answers()
        self.trial.plan(faults, seed)
        flights = list[Flight]()
        for journey, number in files:
            time.sleep(apart if flights else 0.0)
            flights.append(self.trial.drop(label, journey, number))
        undone = list(self._done(lambda trial: stop_what_is_to_be_stopped(trial, flights)))
        landed = self.trial.land(flights, self.patience)
        undone += [told for errand in errands for told in self._done(errand)]
        self.trial.strikes += self.stage.cloud.struck()
        strikes = self.trial.strikes[before:]
        if not landed:
            undone += self._without_faults(flights)
        wave = Wave(label, faults, flights, strikes, time.monotonic() - started, undone)
        wave.late_answers = self._late_answers() - late
        self.waves.append(wave)
        return wave

    def _late_answers(self) -> Counter[str]:
        return Counter(self.stage.cloud.repeated_notices())

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
        self.breakages = self.trial.verdict(excuses=self.excuses)

    @property
    def excuses(self) -> Counter[str]:
        """By notice, how often it may have come once more: SNS offers no way to send exactly once.

        A death before SNS's answer was recorded, or no answer in time, excuses that one notice of that one
        run (docs/decisions.md), whichever wave it came in: a rollback tells of a file of an earlier one.
        """
        found = Counter[str]()
        for wave in self.waves:
            found.update(wave.deaths_beside_sns)
            found.update(wave.late_answers)
        return found

    @property
    def repeated(self) -> int:
        """Notices that came once more and are excused."""
        return sum(found.repeated for found in self.breakages if self._is_excused(found))

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
                if (found.run_id in own or found.run_id not in struck) and not self._is_excused(found)
            ),
        ]

    def _is_excused(self, found: Breakage) -> bool:
        return found.is_excused(self.excuses)

    @property
    def kinds(self) -> Counter[str]:
        """How often each kind of fault struck."""
        found = Counter[str]()
        for wave in self.waves:
            for at, fault in enumerate(wave.faults):
                found[fault["kind"]] += wave.struck(at)
        return found
