from collections.abc import Callable, Iterator

import pytest

from localcloud.faults.harness import Faults
from localcloud.processes import Child

QUIET = {"plan": {"seed": 0, "faults": []}, "struck": [], "pending_events": 0}
QUIET |= {"repeated_calls": {}, "repeated_notices": {}}


class NoProcesses:
    """Processes of a cloud that starts none."""

    def on_start(self, watcher: Callable[[Child], None]) -> None:
        pass

    def running(self) -> Iterator[Child]:
        return iter(())


@pytest.fixture
def faults() -> Faults:
    return Faults(NoProcesses(), lambda _: lambda _: True)  # type: ignore[arg-type]


def test_an_update_rolls_back_once_and_only_of_the_endpoint_meant(faults: Faults) -> None:
    faults.replace({"faults": [{"kind": "rollback", "endpoint": "marquee-*"}]})

    asked = [faults.silently_rolls_back(name) for name in ("other", "marquee-local", "marquee-local")]

    assert asked == [False, True, False]
    assert [strike["subject"] for strike in faults.report()["struck"]] == ["update of marquee-local"]


def test_nothing_goes_wrong_without_a_plan(faults: Faults) -> None:
    assert not faults.silently_rolls_back("marquee-local")
    assert faults.report() == QUIET


def test_its_controls_take_a_plan_and_say_what_it_struck(faults: Faults) -> None:
    control = faults.controls()["faults"]

    asked, told = control(None), control({"seed": 3, "faults": [{"kind": "drop"}]})

    assert asked == QUIET
    assert isinstance(told, dict)
    assert (told["plan"]["seed"], told["plan"]["faults"][0]["kind"]) == (3, "drop")


def test_a_plan_that_is_refused_leaves_the_old_one(faults: Faults) -> None:
    faults.replace({"seed": 3})

    with pytest.raises(ValueError, match=r"faults\[0\]"):
        faults.replace({"faults": [{"kind": "vanish"}]})

    assert faults.report()["plan"]["seed"] == 3
