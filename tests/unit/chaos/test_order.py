"""A rollback excuses itself and nothing else."""

from chaos.order import out_of_order
from marquee.ledger import Change, Run, Stage, Upload


def run(name: str, began: int, live: int, *brought_back: int) -> Run:
    """A run whose file came, that went live, and that was brought back on these days."""
    return Run(
        name,
        Upload("raw", f"raw/{name}.csv", "etag"),
        day(began),
        day(live),
        stage=Stage.LIVE,
        began_at=day(began),
        history=(Change("LIVE", day(live), "test"),),
        notices={"1-live": {}, **{f"rolled_back-{day(at)}": {} for at in brought_back}},
    )


def day(number: int) -> str:
    return f"2026-01-{number:02d}T00:00:00.000Z"


def late(*runs: Run) -> list[str]:
    return [run_id for run_id, _ in out_of_order(runs)]


def test_each_release_is_newer_than_the_one_before() -> None:
    assert late(run("a", 1, 3), run("b", 2, 4)) == []
    assert late(run("a", 2, 3), run("b", 1, 4)) == ["b"]


def test_a_rollback_may_bring_back_an_older_one() -> None:
    assert late(run("a", 1, 3, 5), run("b", 2, 4)) == []


def test_a_release_after_a_rollback_is_newer_than_what_was_brought_back() -> None:
    assert late(run("a", 1, 5, 8), run("b", 4, 6), run("c", 3, 9)) == []
    assert late(run("b", 2, 5, 8), run("c", 4, 6), run("a", 1, 9)) == ["a"]


def test_a_rollback_excuses_no_release_before_it_and_none_after_the_next_release() -> None:
    assert late(run("b", 2, 3), run("a", 1, 4, 6)) == ["a"]
    assert late(run("a", 1, 4, 6), run("c", 3, 7), run("b", 2, 8)) == ["b"]
