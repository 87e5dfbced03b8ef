"""How a training went, out of its log."""

import pytest
from rich.console import Console, Group

from cli.learning import drawn, found
from cli.views import curves_table
from marquee.training.request import metric_definitions

LOG = """\
pretraining:step=50; pretraining:loss=6.1; pretraining:learning_rate=6e-05; pretraining:tokens_per_second=900;
train:step=50; train:loss=0.7; train:learning_rate=0.0001; train:tokens_per_second=1000;
train:step=100; train:loss=0.35; train:learning_rate=5e-05; train:tokens_per_second=1100;
validation:epoch=1; validation:loss=0.4; validation:accuracy=0.9;
test:accuracy=0.91;
""".splitlines()


def test_each_metric_is_found_under_its_own_name() -> None:
    curves = found(metric_definitions(), LOG)

    assert curves["train:loss"] == [0.7, 0.35]
    assert curves["pretraining:loss"] == [6.1]
    assert curves["train:learning_rate"] == [0.0001, 0.00005]
    assert (curves["validation:accuracy"], curves["test:accuracy"]) == ([0.9], [0.91])


def test_sagemaker_takes_as_many_definitions() -> None:
    assert len(metric_definitions()) <= 40


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([1.0, 1.0], "▁▁"),
        ([0.0, 7.0], "▁█"),
        ([8.0, 4.0, 0.0], "█▅▁"),
        ([float(n) for n in range(80)], "▁▂▃▄▅▆▇█"),
    ],
)
def test_a_curve_is_drawn_from_its_lowest_to_its_highest(values: list[float], line: str) -> None:
    assert drawn(values, 8) == line


def test_only_what_changes_is_drawn() -> None:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(Group(*curves_table(found(metric_definitions(), LOG))))

    shown = capture.get()
    assert "train:loss" in shown
    assert "0.7" in shown
    assert "█▁" in shown
    assert "step" not in shown
    assert "test:accuracy" not in shown
    assert not curves_table({})
