"""Naive-Bayes-weighted logistic regression (Wang & Manning 2012, *Baselines and Bigrams*)."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize import minimize

from algorithms.ngram.counting import Tally
from algorithms.ngram.knobs import Knobs
from algorithms.ngram.threads import THREADS, Halves, halves

_NEARER = 2
"""How many times fewer steps there are from a fit of nearly the same rows."""

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


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


def fit(present: sp.csr_matrix, share: Floats, knobs: Knobs, own: Places, near: Fit | None = None) -> Fit:
    """Tell one class from the rest on rows scaled by the log-count ratios and then to unit length.

    `share` (rows,) is how far each row is of the class: 0 or 1, or between where nobody labelled it.
    Unit length, so that a text says how it leans and not how long it is. N-grams whose ratio chance explains
    get ratio and weight 0, as those have that are not `own` (their places): half the time, no accuracy lost.
    `near` is a fit of nearly the same rows, from
    which there is less way to go.
    """
    with ThreadPoolExecutor(THREADS) as threads:
        rows = halves(present, threads)
        frequency = rows.transposed_times(np.ones(len(share), np.float32)).astype(np.float64)
        inside = rows.transposed_times(share.astype(np.float32)).astype(np.float64)
        # Zeroed and not left out: a part of the matrix would be a second one in memory.
        ratios = np.zeros(len(frequency))
        ratios[own] = log_count_ratios(inside[own], frequency[own], knobs.smoothing)
        ratios[telling(ratios, frequency) < knobs.least_evidence] = 0
        problem = _problem(rows, share, ratios, knobs.strength)
        steps = math.ceil(knobs.steps / _NEARER) if near else knobs.steps
        options = {"maxiter": steps, "ftol": 1e-6, "gtol": 1e-3 * knobs.strength}
        found = minimize(problem.loss, problem.begin(near), jac=True, method="L-BFGS-B", options=options).x
    return Fit(ratios, problem.everywhere(found[:-1]), float(found[-1]))


def _problem(rows: Halves, share: Floats, ratios: Floats, strength: float) -> "_Problem":
    length = np.sqrt(np.maximum(rows.times((ratios**2).astype(np.float32)), 1e-12)).astype(np.float64)
    return _Problem(rows, ratios, np.flatnonzero(ratios), length, share, strength)


@dataclass(frozen=True)
class _Problem:
    """Logistic regression on rows scaled by ratios and to unit length, which are never written out.

    Only the n-grams that tell something, whose places are `told`, have weights.
    """

    rows: Halves
    ratios: Floats
    told: Places
    length: Floats
    share: Floats
    strength: float

    def begin(self, near: Fit | None) -> Floats:
        """Return the parameters to begin with: those of a fit that is near, else zeros."""
        if near is None:
            return np.zeros(len(self.told) + 1)
        return np.append(near.weights.take(self.told), near.intercept)

    def everywhere(self, values: Floats) -> Floats:
        """Return the values, one per telling n-gram, among zeros for the others."""
        result = np.zeros(len(self.ratios))
        result[self.told] = values
        return result

    def loss(self, parameters: Floats) -> tuple[float, Floats]:
        """Return the penalised log loss and its gradient; the intercept, the last, is not penalised."""
        weights, intercept = parameters[:-1], parameters[-1]
        ratios = self.ratios.take(self.told)
        # Single precision for the two big products: with mixed types scipy copies the matrix each time.
        scaled = self.everywhere(ratios * weights).astype(np.float32)
        score = self.rows.times(scaled) / self.length + intercept
        value = self.strength * (np.logaddexp(0, score) - self.share * score).sum() + weights @ weights / 2
        slope = self.strength * (1 / (1 + np.exp(-np.clip(score, -500, 500))) - self.share)
        pulls = self.rows.transposed_times((slope / self.length).astype(np.float32)).take(self.told)
        return float(value), np.append(ratios * pulls + weights, slope.sum())
