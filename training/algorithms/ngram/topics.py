"""A second view of texts, learnt without labels: latent semantic analysis (Deerwester et al. 1990)."""

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import minimize

from algorithms.ngram.counting import Floats, gather, tally
from algorithms.ngram.fitting import Fit
from algorithms.ngram.knobs import Knobs
from algorithms.ngram.pruning import pack
from algorithms.ngram.tokens import Codes
from algorithms.ngram.views import View

Singles = npt.NDArray[np.float32]

_MAX_ORDER = 2
_MOST_OF_TEXTS = 0.5
_STEPS = 100
_SPARE = 20
_ROUNDS = 2
_THREADS = 2


@dataclass(frozen=True)
class Topics:
    """Labelled texts as rows of inverse document frequencies of unit length, and the topics of n-grams.

    keys (n-grams,), frequency (n-grams,) the texts, labelled or not, that hold each; rows (labelled texts,
    n-grams); rarity (n-grams,) the inverse document frequencies; places (n-grams, topics).
    """

    keys: Codes
    frequency: Floats
    rows: sp.csr_matrix
    rarity: Floats
    places: Singles


def find_topics(labelled: Sequence[str], unlabelled: Sequence[str], knobs: Knobs) -> Topics | None:
    """Find the combinations of words and pairs by which the texts differ most; None if they share none."""
    texts = [*labelled, *unlabelled]
    frequency = tally(texts, np.zeros((len(texts), 0)), _MAX_ORDER).frequency
    usual = (frequency >= knobs.topic_reviews) & (frequency <= _MOST_OF_TEXTS * len(texts))
    counts = gather(texts, usual, _MAX_ORDER)
    if not len(counts.keys):
        return None
    often = counts.frequency
    rarity = np.log(len(texts) / often)
    rows = counts.present
    length = np.sqrt(np.maximum(rows @ rarity.astype(np.float32) ** 2, 1e-12))
    rows.data = rarity.astype(np.float32)[rows.indices]
    rows.data /= np.repeat(length, np.diff(rows.indptr))
    places = _places(rows, min(knobs.topics, *rows.shape), knobs.seed)
    return Topics(counts.keys, often, rows[: len(labelled)], rarity, places)


def topic_view(topics: Topics, shares: Floats, knobs: Knobs) -> View:
    """Tell each class by the topics of the first texts, of which `shares` (texts, columns) are the labels.

    Linear in the topics, which are linear in the n-grams: a weight per n-gram is all that need be kept.
    """
    labelled = min(len(shares), topics.rows.shape[0])
    known = topics.rows[:labelled] @ topics.places
    fits = []
    for share in shares[:labelled].T:
        weights, intercept = _fit(known, share, knobs.topic_strength)
        fits.append(Fit(topics.rarity, topics.places @ weights, intercept))
    view = pack(topics.keys, topics.frequency, fits, _MAX_ORDER, knobs.features)
    return replace(view, share=knobs.topic_share)


def _fit(known: Singles, share: Floats, strength: float) -> tuple[Floats, float]:
    """Fit a logistic regression on dense rows: weights (topics,) and intercept."""

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights, intercept = parameters[:-1], parameters[-1]
        score = known @ weights.astype(np.float32) + intercept
        value = strength * (np.logaddexp(0, score) - share * score).sum() + weights @ weights / 2
        slope = strength * (1 / (1 + np.exp(-np.clip(score, -500, 500))) - share)
        return float(value), np.append(known.T @ slope.astype(np.float32) + weights, slope.sum())

    begin = np.zeros(known.shape[1] + 1)
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return found[:-1], float(found[-1])


def _places(rows: sp.csr_matrix, topics: int, seed: int) -> Singles:
    """Return the leading right singular vectors, found at random (Halko, Martinsson & Tropp 2011)."""
    # Two threads: scipy's products let go of the interpreter's lock.
    with ThreadPoolExecutor(_THREADS) as threads:
        down, across = _product(rows, threads), _product(rows.T.tocsr(), threads)
        start = np.random.default_rng(seed).standard_normal((rows.shape[1], topics + _SPARE), np.float32)
        for _ in range(_ROUNDS):
            start = np.linalg.qr(across(np.linalg.qr(down(start))[0]))[0]
        seen = down(start)
    _, turned = np.linalg.eigh(seen.T @ seen)
    return np.asarray(start @ turned[:, : -topics - 1 : -1])


def _product(matrix: sp.csr_matrix, threads: ThreadPoolExecutor) -> Callable[[Singles], Singles]:
    cuts = np.linspace(0, matrix.shape[0], _THREADS + 1).astype(int)
    parts = [matrix[begin:end] for begin, end in itertools.pairwise(cuts)]
    return lambda dense: np.concatenate(list(threads.map(lambda part: part @ dense, parts)))
