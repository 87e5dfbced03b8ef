"""A second view of texts, learnt without labels: latent semantic analysis (Deerwester et al. 1990)."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import minimize

from algorithms.ngram.counting import Floats, gather, tally
from algorithms.ngram.fitting import Fit
from algorithms.ngram.knobs import Knobs
from algorithms.ngram.pruning import pack
from algorithms.ngram.threads import THREADS, Singles, halves
from algorithms.ngram.tokens import Codes
from algorithms.ngram.views import View

_MAX_ORDER = 2
_MOST_OF_TEXTS = 0.5
_STEPS = 100
_BLOCK = 64
_SPARE = 1.5


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
    """Return the leading right singular vectors: the best in the space that a few random vectors reach.

    A block Krylov method (Musco & Musco 2015): with half the work of power iterations on as many random
    vectors (Halko, Martinsson & Tropp 2011), the vectors hold more of the matrix.
    """
    block = min(_BLOCK, *rows.shape)
    blocks = min(math.ceil(_SPARE * topics / block), min(rows.shape) // block)
    found = np.empty((rows.shape[1], blocks * block), np.float32, order="F")
    images = np.empty((rows.shape[0], blocks * block), np.float32, order="F")
    with ThreadPoolExecutor(THREADS) as threads:
        down, across = halves(rows, threads).times, halves(rows.T.tocsr(), threads).times
        image = down(np.random.default_rng(seed).standard_normal((rows.shape[1], block), np.float32))
        for begin in range(0, found.shape[1], block):
            known, here = found[:, :begin], slice(begin, begin + block)
            fresh = _orthonormal(across(image))
            for _ in range(2):  # the second time takes off what rounding left of the first
                fresh = _orthonormal(fresh - known @ (known.T @ fresh))
            found[:, here], images[:, here] = fresh, (image := down(fresh))
    _, turned = np.linalg.eigh(images.T @ images)
    return np.asarray(found @ turned[:, : -topics - 1 : -1])


def _orthonormal(columns: npt.NDArray[np.floating[Any]]) -> Singles:
    """Return columns of unit length, at right angles, that span what these do."""
    squares, turned = np.linalg.eigh((columns.T @ columns).astype(np.float64))
    lengths = np.sqrt(np.maximum(squares, max(1e-9 * squares[-1], 1e-30)))
    return np.asarray(columns @ (turned / lengths).astype(np.float32))
