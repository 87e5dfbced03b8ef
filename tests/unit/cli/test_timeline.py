"""A run's timeline: stages of every attempt, tries, waits and notices, in the order of time."""

from dataclasses import replace

from cli.timeline import timeline, waiting
from marquee.ledger import Change, Run, Stage, Upload, Work

RUN = Run(
    "films-0000000001",
    Upload("b", "raw/films.csv", "e"),
    created_at="2026-11-22T17:00:00.000Z",
    updated_at="2026-11-22T18:00:10.000Z",
    attempt=2,
    stage=Stage.PREPARING,
    history=(
        Change("RECEIVED", "2026-11-22T17:00:00.000Z", "upload", "e-1"),
        Change("FAILED", "2026-11-22T17:00:03.000Z", "Catch"),
        Change("RECEIVED", "2026-11-22T18:00:00.000Z", "rerun"),
        Change("PREPARING", "2026-11-22T18:00:10.000Z", "start_etl"),
    ),
    work={"1-RECEIVED": Work(2), "2-PREPARING": Work(3, 3, "2026-11-22T18:00:10.000Z", "a turn")},
    notices={
        "1-failed": {"claimed_at": "2026-11-22T17:00:04.000Z", "sent_at": "2026-11-22T17:00:05.000Z"},
        "duplicate-0B": {"claimed_at": "2026-11-22T17:30:00.000Z"},
    },
)


def test_a_timeline_tells_everything_in_order() -> None:
    told = [(m.what, m.took, m.tries, m.why) for m in timeline(RUN)]
    assert told[:5] == [
        ("RECEIVED", "3.0 s", "2", "upload"),
        ("FAILED", "", "", "Catch"),
        ("", "", "", "people were told: failed"),
        ("", "", "", "the notice duplicate is not out yet"),
        ("RECEIVED (2)", "10.0 s", "", "rerun"),
    ]
    what, took, *rest = told[5]
    assert (what, rest) == ("PREPARING (2)", ["3", "start_etl; had to wait 3 times for a turn"])
    assert took.endswith("so far")


def test_what_a_run_waits_for_is_said_while_it_waits() -> None:
    assert waiting(RUN).startswith("Waits for a turn since ")
    assert waiting(RUN).endswith("asked 3 times.")
    began = replace(RUN, work={"2-PREPARING": Work(4, 3, "2026-11-22T18:00:10.000Z", "a turn")})
    assert waiting(began) == waiting(replace(RUN, stage=Stage.FAILED)) == ""
