"""Two processes (gloo) learn what one does."""

import json
import re
from pathlib import Path

import pytest

import launching
from tests.neural.conftest import Job, crew, curve, start

# Without dropout the two ways differ in the order of additions only.
KNOBS = {"dropout": "0", "epochs": "2", "tokens_at_once": "128"}


def test_two_processes_give_the_loss_curve_of_one(job: Job) -> None:
    alone, together = job("alone", **KNOBS), job("together", **KNOBS)

    one, _ = start(alone).communicate(timeout=240)
    # SM_NUM_GPUS is what makes train.py become torchrun; without a GPU the processes speak gloo.
    two, _ = start(together, SM_NUM_GPUS="2", SM_HOSTS='["localhost"]').communicate(timeout=240)

    for name in ("pretraining:loss", "train:loss", "validation:loss"):
        assert len(curve(one, name)) > 1, one
        assert curve(two, name) == pytest.approx(curve(one, name), abs=2e-4), two
    assert len(re.findall("train:step=1;", two)) == 1
    evaluation = json.loads((Path(together["SM_MODEL_DIR"]) / "evaluation.json").read_text())
    assert evaluation["processes"] == 2


def test_two_instances_meet_at_the_first(job: Job, free_port: int) -> None:
    alone, first, second = job("alone", **KNOBS), job("first", **KNOBS), job("second", **KNOBS)
    one, _ = start(alone).communicate(timeout=240)

    leader, helper = crew(first, second, free_port)
    two, _ = leader.communicate(timeout=240)

    assert curve(two, "train:loss") == pytest.approx(curve(one, "train:loss"), abs=2e-4), two
    helper.communicate(timeout=60)
    assert helper.returncode == 0
    assert not list(Path(second["SM_MODEL_DIR"]).iterdir())


def test_torchrun_is_told_which_instance_this_is() -> None:
    environment = {
        "SM_HOSTS": '["algo-2", "algo-1"]',
        "SM_CURRENT_HOST": "algo-2",
        "SM_NUM_GPUS": "4",
    }

    line = launching.command(Path("train.py"), environment)

    told = dict(zip(line[3:-1:2], line[4:-1:2], strict=True))
    assert told["--nnodes"] == "2"
    assert told["--node-rank"] == "1"
    assert told["--nproc-per-node"] == "4"
    assert told["--master-addr"] == "algo-1"
    assert 30 < int(told["--shutdown-timeout"]) < 120


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"SM_NUM_GPUS": "1"}, False),
        ({"SM_NUM_GPUS": "0", "SM_HOSTS": '["a", "b"]'}, True),
        ({"SM_NUM_GPUS": "8"}, True),
        ({"SM_NUM_GPUS": "8", "RANK": "3"}, False),
    ],
)
def test_only_several_processes_are_launched_and_only_once(
    environment: dict[str, str], expected: bool
) -> None:
    assert launching.is_to_launch(environment) is expected
