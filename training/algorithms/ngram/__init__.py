"""`ngram`: naive-Bayes-weighted n-grams with logistic regression: strong, small, and fast on a CPU."""

from algorithms import Examples, Trained
from algorithms.ngram.explanation import explain
from algorithms.ngram.knobs import Knobs
from algorithms.ngram.model import NgramModel, predict
from algorithms.ngram.storage import load, save

__all__ = ["Knobs", "NgramModel", "explain", "load", "predict", "save", "train"]


def train(examples: Examples, knobs: Knobs) -> Trained:
    """Learn from the examples; the same examples and knobs give the same model, byte for byte."""
    # Serving imports this module as well, and must not pay for scipy, which only training needs.
    from algorithms.ngram.training import train_model  # noqa: PLC0415

    return train_model(examples, knobs)
