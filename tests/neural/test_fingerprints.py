"""What an earlier try left is used again for the very same rows, knobs and weights only."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from algorithms import Examples
from algorithms.transformer import fingerprints, subwords
from algorithms.transformer.knobs import Knobs

EXAMPLES = Examples(
    labels=["negative", "positive"],
    train=["dull film", "superb film"],
    train_codes=np.array([0, 1]),
    validation=["dull", "superb"],
    validation_codes=np.array([0, 1]),
    unlabelled=["a film"],
)


@pytest.mark.parametrize(
    "other",
    [
        replace(EXAMPLES, train=["dull film", "superb films"]),
        replace(EXAMPLES, train=["dull films", "uperb film"]),
        replace(EXAMPLES, train_codes=np.array([1, 0])),
        replace(EXAMPLES, validation=["dull", "grand"]),
        replace(EXAMPLES, validation_codes=np.array([1, 1])),
        replace(EXAMPLES, unlabelled=["the film"]),
        replace(EXAMPLES, labels=["bad", "good"]),
    ],
)
def test_as_many_other_rows_are_another_training(other: Examples) -> None:
    known = fingerprints.of_training(Knobs(), EXAMPLES, "")

    assert fingerprints.of_training(Knobs(), replace(EXAMPLES), "") == known
    assert fingerprints.of_training(Knobs(), other, "") != known


def test_other_knobs_or_weights_are_another_training() -> None:
    torch.manual_seed(3)
    network = nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2))
    before = fingerprints.of_weights(network)
    known = fingerprints.of_training(Knobs(), EXAMPLES, before)

    with torch.no_grad():
        network[0].weight[1, 2] += 1e-3

    after = fingerprints.of_weights(network)
    assert fingerprints.of_training(Knobs(), EXAMPLES, after) != known
    assert fingerprints.of_training(Knobs(seed=1), EXAMPLES, before) != known


def test_subwords_are_read_again_for_the_same_texts_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, others = ["a charming film"] * 9, ["the tedious camera"] * 9
    learned = subwords.kept_subwords(texts, 300, tmp_path).to_str()

    assert subwords.kept_subwords(others, 300, tmp_path).to_str() != learned
    assert subwords.kept_subwords(texts, 270, tmp_path).to_str() != learned
    monkeypatch.setattr(subwords, "learn_subwords", lambda *_: pytest.fail("these were learned before"))
    assert subwords.kept_subwords(texts, 300, tmp_path).to_str() == learned
