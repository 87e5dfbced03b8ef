"""How good a model is on the test rows: the figures of evaluation.json, and the metric lines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from splits import Split

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

METRICS = ("accuracy", "precision", "recall", "f1", "auc", "log_loss", "ece", "neutral_share")
_LENGTHS = (0, 50, 100, 150, 200, 300, 500)
_MISTAKES = 10
_EXCERPT_CHARACTERS = 500


def evaluate(test: Split, labels: Sequence[str], truth: Codes, probabilities: Floats) -> dict[str, Any]:
    """Return the quality figures of evaluation.json; probabilities are (rows, labels).

    With two labels precision, recall, F1 and AUC are those of the second (positive); with more they
    are the mean over the labels. AUC is null when the test rows hold one class only.
    """
    predicted = probabilities.argmax(axis=1)
    confusion = confusion_matrix(truth, predicted, len(labels))
    right = predicted == truth
    return {
        "labels": list(labels),
        "accuracy": _rounded(right.mean()),
        **_rates(confusion),
        "auc": area_under_curve(truth, probabilities),
        "log_loss": _rounded(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-15)).mean()),
        "ece": _rounded(expected_calibration_error(probabilities.max(axis=1), right)),
        "confusion_matrix": confusion.tolist(),
        "worst_mistakes": _worst_mistakes(test, labels, probabilities, right),
        "by_length": _by_length(test.reviews, right),
    }


def confusion_matrix(truth: Codes, predicted: Codes, labels: int) -> npt.NDArray[np.intp]:
    """Return counts, shape (labels, labels): rows are true, columns predicted."""
    return np.bincount(truth * labels + predicted, minlength=labels**2).reshape(labels, labels)


def area_under_curve(truth: Codes, probabilities: Floats) -> float | None:
    """Return the area under the ROC curve by ranks (Mann & Whitney 1947), ties counted half."""
    columns = range(1, 2) if probabilities.shape[1] == 2 else range(probabilities.shape[1])
    areas = [_area(truth == column, probabilities[:, column]) for column in columns]
    known = [area for area in areas if area is not None]
    return _rounded(np.mean(known)) if known else None


def expected_calibration_error(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Return the mean gap between confidence and accuracy over bins of equal width (Guo et al. 2017)."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(place, weights=confidence - right, minlength=bins)
    return float(np.abs(gap).sum() / len(confidence))


def metric_lines(evaluation: dict[str, Any]) -> list[str]:
    """Return one `test:name=value;` line per metric, for the job's MetricDefinitions to find in the log."""
    return [f"test:{name}={evaluation[name]};" for name in METRICS if evaluation[name] is not None]


def _area(positive: npt.NDArray[np.bool_], score: Floats) -> float | None:
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if not positives or not negatives:
        return None
    _, place, ties = np.unique(score, return_inverse=True, return_counts=True)
    rank = np.cumsum(ties) - (ties - 1) / 2
    wins = rank[place][positive].sum() - positives * (positives + 1) / 2
    return float(wins / (positives * negatives))


def _rates(confusion: npt.NDArray[np.intp]) -> dict[str, float]:
    hits = np.diag(confusion)
    precision = hits / np.maximum(confusion.sum(axis=0), 1)
    recall = hits / np.maximum(confusion.sum(axis=1), 1)
    f1 = 2 * hits / np.maximum(confusion.sum(axis=0) + confusion.sum(axis=1), 1)
    chosen = slice(1, 2) if len(hits) == 2 else slice(None)
    rates = {"precision": precision, "recall": recall, "f1": f1}
    return {name: _rounded(values[chosen].mean()) for name, values in rates.items()}


def _worst_mistakes(
    test: Split, labels: Sequence[str], probabilities: Floats, right: npt.NDArray[np.bool_]
) -> list[dict[str, Any]]:
    confidence = probabilities.max(axis=1)
    wrong = np.flatnonzero(~right)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:_MISTAKES]
    return [
        {
            "review_id": test.review_ids[row],
            "review": test.reviews[row][:_EXCERPT_CHARACTERS],
            "label": test.labels[row],
            "predicted": labels[int(probabilities[row].argmax())],
            "confidence": _rounded(confidence[row]),
        }
        for row in worst.tolist()
    ]


def _by_length(reviews: Sequence[str], right: npt.NDArray[np.bool_]) -> list[dict[str, Any]]:
    words = np.array([len(review.split()) for review in reviews])
    rows = []
    for low, high in zip(_LENGTHS, (*_LENGTHS[1:], None), strict=True):
        inside = (words >= low) & (words < (high or np.inf))
        if inside.any():
            accuracy = _rounded(right[inside].mean())
            rows.append(
                {"words_from": low, "words_to": high, "rows": int(inside.sum()), "accuracy": accuracy}
            )
    return rows


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), 6)
