from localcloud.faults.plan import Drop, Kill, parsed
from localcloud.faults.tally import Tally


def tally_of(*faults: dict[str, object], seed: int = 0) -> Tally:
    tally = Tally()
    tally.replace(parsed({"seed": seed, "faults": list(faults)}))
    return tally


def drops(tally: Tally, asked: int) -> list[bool]:
    return [tally.strikes(Drop, lambda _: True, str(number)) is not None for number in range(asked)]


def test_a_fault_strikes_once_unless_told_otherwise() -> None:
    assert drops(tally_of({"kind": "drop"}), 3) == [True, False, False]
    assert drops(tally_of({"kind": "drop", "times": 2}), 3) == [True, True, False]


def test_the_first_matches_may_be_left_alone() -> None:
    assert drops(tally_of({"kind": "drop", "skip": 2}), 4) == [False, False, True, False]


def test_chance_is_replayed_by_its_seed() -> None:
    fault = {"kind": "drop", "times": 1000, "probability": 0.5}

    first, again, other = (drops(tally_of(fault, seed=seed), 200) for seed in (1, 1, 2))

    assert first == again
    assert first != other
    assert 60 < sum(first) < 140


def test_what_belongs_together_is_decided_and_counted_once() -> None:
    tally = tally_of({"kind": "drop"})

    struck = [bool(tally.strikes(Drop, lambda _: True, "delivery", key)) for key in ("a", "b", "a")]

    assert struck == [True, False, True]


def test_only_the_kind_that_is_asked_for_strikes_and_only_if_it_matches() -> None:
    tally = tally_of({"kind": "drop"}, {"kind": "kill", "function": "a"}, {"kind": "kill", "function": "b"})

    found = tally.strikes(Kill, lambda fault: fault.function == "b", "b at work")

    assert found
    assert found.function == "b"
    [strike] = tally.struck()
    assert (strike["fault"], strike["kind"], strike["subject"]) == (2, "kill", "b at work")


def test_another_plan_starts_at_nothing() -> None:
    tally = tally_of({"kind": "drop"})
    drops(tally, 1)

    tally.replace(parsed({"faults": [{"kind": "drop"}]}))

    assert tally.struck() == []
    assert drops(tally, 1) == [True]
