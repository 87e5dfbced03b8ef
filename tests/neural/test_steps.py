"""Which reviews a step takes, how far it goes, and what it is measured by."""

from collections import Counter

import numpy as np
import pytest
import torch

from algorithms.transformer.batches import Batches
from algorithms.transformer.network import Classifier, CompactEncoder, MaskedReader, Shape
from algorithms.transformer.optimizing import optimizer, share_of_rate
from algorithms.transformer.subwords import MARKS, MASK
from algorithms.transformer.tasks import Guessing, Labelling, label_weights

LENGTHS = np.random.default_rng(3).integers(5, 500, 1003).tolist()


def test_an_epoch_takes_every_review_once_in_an_order_of_its_own() -> None:
    plan = Batches(LENGTHS, batch=16, epochs=2, seed=1)

    first, second = (
        [row for step in range(start, start + plan.per_epoch) for row in plan.at(step)]
        for start in (0, plan.per_epoch)
    )

    assert Counter(first) == Counter(range(len(LENGTHS)))
    assert sorted(first) == sorted(second)
    assert first != second
    assert {len(plan.at(step)) for step in range(plan.steps)} <= {15, 16}


def test_any_step_can_be_asked_for_first() -> None:
    whole = Batches(LENGTHS, batch=16, epochs=3, seed=1)
    steps = [whole.at(step) for step in range(whole.steps)]

    assert Batches(LENGTHS, batch=16, epochs=3, seed=1).at(100) == steps[100]
    assert Batches(LENGTHS, batch=16, epochs=3, seed=2).at(100) != steps[100]


def test_batches_of_like_length_are_padded_little() -> None:
    plan = Batches(LENGTHS, batch=16, epochs=1, seed=1)
    batches = [[LENGTHS[row] for row in plan.at(step)] for step in range(plan.steps)]

    padding = sum(max(one) * len(one) - sum(one) for one in batches) / sum(LENGTHS)

    assert padding < 0.1


@pytest.mark.parametrize(("schedule", "middle"), [("cosine", 0.5), ("linear", 0.5)])
def test_the_rate_rises_to_one_and_falls_to_nothing(schedule: str, middle: float) -> None:
    shares = [share_of_rate(step, 110, 10 / 110, schedule) for step in range(110)]

    assert shares[9] == 1
    assert shares[0] == pytest.approx(0.1)
    assert shares[60] == pytest.approx(middle)
    assert shares[-1] < 0.02


def test_lower_layers_move_less_and_one_row_parameters_do_not_decay() -> None:
    network = Classifier(CompactEncoder(Shape(50, 3, 16, 2, 0.1)), 16, 2, 0.1)
    places = {id(one): name for name, one in network.named_parameters()}

    groups = optimizer(network, 1.0, 0.01, 0.5).param_groups

    rates = {
        places[id(one)]: (group["full_rate"], group["weight_decay"])
        for group in groups
        for one in group["params"]
    }
    assert rates["head.weight"] == (1.0, 0.01)
    assert rates["head.bias"] == (1.0, 0.0)
    assert rates["encoder.layers.2.mixed.weight"][0] == 0.5
    assert rates["encoder.layers.0.mixed.weight"][0] == 0.125
    assert rates["encoder.embeddings.weight"][0] == 0.0625


def test_rare_labels_count_as_much_as_frequent_ones() -> None:
    codes = np.array([0] * 90 + [1] * 10)

    weights = label_weights(codes, 2, balanced=True)

    assert 90 * weights[0] == pytest.approx(10 * weights[1])
    assert label_weights(codes, 2, balanced=False).tolist() == [1, 1]


def test_a_part_of_a_step_weighs_by_the_whole() -> None:
    network = Classifier(CompactEncoder(Shape(50, 1, 16, 2, 0.0)), 16, 2, 0.0).eval()
    rows = [[2, *range(5, 5 + size), 3] for size in (3, 7, 9, 12)]
    task = Labelling(rows, np.array([0, 1, 1, 0]), network, 0, np.array([1.0, 3.0]), 0.1)
    lesson, device = task.lesson(range(4), np.random.default_rng(0)), torch.device("cpu")

    whole = task.loss(lesson, [0, 1, 2, 3], device)

    parts = (
        task.loss(lesson, [0, 3], device) + task.loss(lesson, [1], device) + task.loss(lesson, [2], device)
    )
    assert parts.item() == pytest.approx(whole.item(), rel=1e-5)


def test_marks_are_never_hidden_and_the_rest_as_often_as_asked() -> None:
    network = MaskedReader(CompactEncoder(Shape(500, 1, 16, 2, 0.0)))
    rows = [[2, *range(10, 400), 3]] * 20
    task = Guessing(rows, network, MARKS, 500, 0.3)

    lesson = task.lesson(range(20), np.random.default_rng(1))

    assert all(row[0] == 2 and row[-1] == 3 for row in lesson.inputs.values())
    assert lesson.weight / (20 * 390) == pytest.approx(0.3, abs=0.02)
    shown = [
        row[at]
        for place, row in lesson.inputs.items()
        for at, t in enumerate(lesson.targets[place])
        if t >= 0
    ]
    assert shown.count(MASK) / len(shown) == pytest.approx(0.9, abs=0.02)
