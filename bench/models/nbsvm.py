"""NB-SVM (Wang & Manning 2012): words and word pairs weighted by naive Bayes, a linear SVM, interpolated.

The SVM's margins become probabilities by Platt's sigmoid, fitted on the validation rows.
"""

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from algorithms import Examples, Probabilities, Trained

_FILE = "model.pickle"
_SMOOTHING = 1.0


@dataclass(frozen=True)
class Knobs:
    """The interpolation is the paper's; C is set by hand, so another may do better."""

    inverse_regularisation: float = 0.1
    interpolation: float = 0.25


@dataclass(frozen=True)
class NbSvm:
    """A vocabulary, a weight for each of its entries, and the sigmoid over the margin; two labels only."""

    vectorizer: CountVectorizer
    weights: npt.NDArray[np.float64]
    intercept: float
    sigmoid: LogisticRegression

    def margins(self, reviews: Sequence[str]) -> npt.NDArray[np.float64]:
        """Distances from the separating plane, shape (reviews, 1)."""
        found = self.vectorizer.transform(reviews) @ self.weights + self.intercept
        return np.asarray(found).reshape(-1, 1)


def train(examples: Examples, knobs: Knobs) -> Trained:
    """Learn from the train rows, and the sigmoid from the validation rows."""
    vectorizer = CountVectorizer(ngram_range=(1, 2), binary=True, min_df=2, token_pattern=r"\w+|[^\w\s]")
    counts = vectorizer.fit_transform(examples.train)
    ratio = _log_count_ratio(counts, examples.train_codes)
    machine = LinearSVC(C=knobs.inverse_regularisation).fit(
        counts.multiply(ratio).tocsr(), examples.train_codes
    )
    # The interpolation scales the whole plane, its intercept too.
    mean = np.abs(machine.coef_).mean()
    weights = ratio * ((1 - knobs.interpolation) * mean + knobs.interpolation * machine.coef_[0])
    scaled = knobs.interpolation * float(machine.intercept_[0])
    raw = NbSvm(vectorizer, weights, scaled, LogisticRegression())
    raw.sigmoid.fit(raw.margins(examples.validation), examples.validation_codes)
    return Trained(raw, predict(raw, examples.validation))


def save(model: NbSvm, folder: Path) -> None:
    """Write it as scikit-learn's documentation does."""
    (folder / _FILE).write_bytes(pickle.dumps(model))


def load(folder: Path) -> NbSvm:
    """Read what `save` wrote."""
    model: NbSvm = pickle.loads((folder / _FILE).read_bytes())
    return model


def predict(model: NbSvm, reviews: Sequence[str]) -> Probabilities:
    """Probabilities in the order of the labels' codes."""
    return np.asarray(model.sigmoid.predict_proba(model.margins(reviews)), dtype=np.float64)


def _log_count_ratio(counts: Any, codes: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    positive, negative = (_SMOOTHING + np.asarray(counts[codes == code].sum(axis=0))[0] for code in (1, 0))
    shares: npt.NDArray[np.float64] = np.log((positive / positive.sum()) / (negative / negative.sum()))
    return shares
