"""Naive-Bayes-weighted logistic regression (Wang & Manning 2012, *Baselines and Bigrams*)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import minimize

from algorithms.ngram.counting import Tally
from algorithms.ngram.knobs import Knobs

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Fit:
    """One class against the rest: log-count ratios, weights (n-grams,) on rows of unit length, intercept."""

    ratios: Floats
    weights: Floats
    intercept: float


def log_count_ratios(inside: Floats, frequency: Floats, smoothing: float) -> Floats:
    """Return log((p/|p|) / (q/|q|)) per n-gram; p, q count texts of the class and of the rest."""
    p, q = inside + smoothing, frequency - inside + smoothing
    return np.asarray(np.log(p / p.sum()) - np.log(q / q.sum()))


def promising(tally: Tally, knobs: Knobs) -> Bools:
    """Tell which buckets' n-grams may tell one class from the rest (see `telling`), the best if too many."""
    often = np.flatnonzero(tally.frequency >= knobs.min_reviews)
    frequency = tally.frequency[often].astype(np.float64)
    evidence = np.zeros(len(often))
    for inside in tally.shares:
        ratios = log_count_ratios(inside[often].astype(np.float64), frequency, knobs.smoothing)
        np.maximum(evidence, telling(ratios, frequency), out=evidence)
    order = np.argsort(-evidence, kind="stable")[: knobs.candidates]
    wanted = np.zeros(len(tally.frequency), np.bool_)
    wanted[often[order[evidence[order] >= knobs.least_evidence]]] = True
    return wanted


def telling(ratios: Floats, frequency: Floats) -> Floats:
    """Return |ratio| * sqrt(document frequency), about twice the ratio in standard errors: chance gives 2."""
    return np.asarray(np.abs(ratios) * np.sqrt(frequency))


def fit(present: sp.csr_matrix, share: Floats, knobs: Knobs) -> Fit:
    """Tell one class from the rest on rows scaled by the log-count ratios and then to unit length.

    `share` (rows,) is how far each row is of the class: 0 or 1, or between where nobody labelled it.
    Unit length, so that a text says how it leans and not how long it is. N-grams whose ratio chance explains
    get ratio and weight 0: half the time, no accuracy lost.
    """
    frequency = np.asarray(present.sum(axis=0, dtype=np.float64)).ravel()
    ratios = log_count_ratios(present.T @ share, frequency, knobs.smoothing)
    # Zeroed and not left out: a part of the matrix would be a second one in memory.
    ratios[telling(ratios, frequency) < knobs.least_evidence] = 0
    problem = _problem(present, share, ratios, knobs.strength)
    options = {"maxiter": knobs.steps, "ftol": 1e-6, "gtol": 1e-3 * knobs.strength}
    begin = np.zeros(len(ratios) + 1)
    found = minimize(problem.loss, begin, jac=True, method="L-BFGS-B", options=options).x
    return Fit(ratios, found[:-1], float(found[-1]))


def _problem(present: sp.csr_matrix, share: Floats, ratios: Floats, strength: float) -> "_Problem":
    length = np.sqrt(np.maximum(present @ ratios**2, 1e-12))
    return _Problem(present, ratios, length, share, strength)


@dataclass(frozen=True)
class _Problem:
    """Logistic regression on rows scaled by ratios and to unit length, which are never written out."""

    rows: sp.csr_matrix
    ratios: Floats
    length: Floats
    share: Floats
    strength: float

    def loss(self, parameters: Floats) -> tuple[float, Floats]:
        """Return the penalised log loss and its gradient; the intercept, the last, is not penalised."""
        weights, intercept = parameters[:-1], parameters[-1]
        # Single precision for the two big products: with mixed types scipy copies the matrix each time.
        score = self.rows @ (self.ratios * weights).astype(np.float32) / self.length + intercept
        value = self.strength * (np.logaddexp(0, score) - self.share * score).sum() + weights @ weights / 2
        slope = self.strength * (1 / (1 + np.exp(-np.clip(score, -500, 500))) - self.share)
        gradient = self.ratios * (self.rows.T @ (slope / self.length).astype(np.float32)) + weights
        return float(value), np.append(gradient, slope.sum())
