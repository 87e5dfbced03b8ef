"""A schedule counts as tried only if something of it struck."""

from typing import cast

from chaos.journeys import JOURNEYS
from chaos.stage import Stage
from chaos.subjects.schedules import Schedules, file_of
from chaos.waves import Wave, Waves


def wave(label: str, *struck: int) -> Wave:
    return Wave(label, [{"times": 1}] * 4, [], [{"fault": at} for at in struck], 0)


def test_a_schedule_of_which_nothing_struck_was_not_tried() -> None:
    schedules = Schedules(together=10)

    schedules.note(wave("a", 0, 1), owners=[1, 1, 2, 3])
    schedules.note(wave("b"), owners=[11, 11, 12, 13])
    schedules.note(wave("c", 0, 2, 3), owners=[21, 21, 22, 23])

    assert schedules.drawn == 30
    assert schedules.struck == {"a": 1, "b": 0, "c": 3}


def test_a_call_refused_at_every_retry_is_one_strike() -> None:
    faults, struck = [{"kind": "error"}, {"kind": "drop"}], [{"fault": 0}, {"fault": 0}, {"fault": 0}]
    waves = Waves(cast(Stage, None), waves=[Wave("a", faults, [], struck, 0)])

    assert waves.kinds["error"] == 1
    assert waves.kinds["drop"] == 0


def test_the_schedules_that_are_in_flight_together_take_every_journey() -> None:
    for start in (1, 11, 191):
        assert {file_of(seed)[0] for seed in range(start, start + 10)} == set(JOURNEYS)
