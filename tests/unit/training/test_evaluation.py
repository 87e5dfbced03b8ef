"""The figures of evaluation.json against scikit-learn and against figures worked out by hand."""

import re

import numpy as np
import pytest
from sklearn import metrics

from evaluation import area_under_curve, evaluate, expected_calibration_error, metric_lines
from splits import Split


def some_answers(labels: list[str], rows: int = 400) -> tuple[Split, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    truth = random.integers(0, len(labels), rows)
    scores = random.random((rows, len(labels))) + np.eye(len(labels))[truth] * 0.7
    probabilities = np.round(scores / scores.sum(axis=1, keepdims=True), 2)  # rounded, for ties
    names = [labels[code] for code in truth]
    reviews = ["word " * int(words) for words in random.integers(1, 600, rows)]
    return Split([str(row) for row in range(rows)], reviews, names), truth, probabilities


def test_two_labels_agree_with_scikit_learn() -> None:
    test, truth, probabilities = some_answers(["negative", "positive"])
    predicted = probabilities.argmax(axis=1)

    found = evaluate(test, ["negative", "positive"], truth, probabilities)

    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, predicted), abs=1e-6)
    assert found["precision"] == pytest.approx(metrics.precision_score(truth, predicted), abs=1e-6)
    assert found["recall"] == pytest.approx(metrics.recall_score(truth, predicted), abs=1e-6)
    assert found["f1"] == pytest.approx(metrics.f1_score(truth, predicted), abs=1e-6)
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(truth, probabilities[:, 1]), abs=1e-6)
    assert found["confusion_matrix"] == metrics.confusion_matrix(truth, predicted).tolist()


def test_three_labels_are_averaged() -> None:
    labels = ["a", "b", "c"]
    test, truth, probabilities = some_answers(labels)
    predicted = probabilities.argmax(axis=1)

    found = evaluate(test, labels, truth, probabilities)

    assert found["f1"] == pytest.approx(metrics.f1_score(truth, predicted, average="macro"), abs=1e-6)
    areas = [metrics.roc_auc_score(truth == code, probabilities[:, code]) for code in range(3)]
    assert found["auc"] == pytest.approx(np.mean(areas), abs=1e-6)


def test_auc_of_a_single_class_is_unknown_and_prints_no_metric() -> None:
    test = Split(["0"], ["fine"], ["a"])

    found = evaluate(test, ["a", "b"], np.array([0]), np.array([[0.9, 0.1]]))

    assert found["auc"] is None
    assert not [line for line in metric_lines({**found, "neutral_share": 0.0}) if "auc" in line]
    assert area_under_curve(np.array([1]), np.array([[0.9, 0.1]])) is None


def test_calibration_error_is_the_weighted_gap_between_confidence_and_accuracy() -> None:
    confidence = np.array([0.9] * 10 + [0.6] * 10)
    right = np.array([True] * 9 + [False] + [True] * 3 + [False] * 7)

    assert expected_calibration_error(confidence, right) == pytest.approx((0 * 10 + 0.3 * 10) / 20)


def test_worst_mistakes_are_the_most_confident_and_lengths_cover_every_row() -> None:
    test, truth, probabilities = some_answers(["negative", "positive"])

    found = evaluate(test, ["negative", "positive"], truth, probabilities)

    confidences = [mistake["confidence"] for mistake in found["worst_mistakes"]]
    wrong = probabilities.argmax(axis=1) != truth
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[0] == probabilities.max(axis=1)[wrong].max()
    assert all(mistake["label"] != mistake["predicted"] for mistake in found["worst_mistakes"])
    assert sum(part["rows"] for part in found["by_length"]) == len(truth)


def test_metric_lines_match_the_regular_expression_that_the_job_declares() -> None:
    test, truth, probabilities = some_answers(["negative", "positive"])
    found = {**evaluate(test, ["negative", "positive"], truth, probabilities), "neutral_share": 1e-7}

    for line in metric_lines(found):
        match = re.fullmatch(r"test:(\w+)=([0-9.eE+-]+);", line)
        assert match
        assert float(match[2]) == found[match[1]]
