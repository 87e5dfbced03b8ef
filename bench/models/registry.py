"""The models that are measured, ours first."""

import importlib
from typing import cast

from algorithms import Algorithm, algorithm

OURS = "ngram"
# The same algorithm, given the unlabelled reviews as well.
WITH_UNLABELLED = "ngram + unlabelled"
PEERS = {
    "fastText": "bench.models.fast_text",
    "TF-IDF + logistic": "bench.models.tfidf",
    "NB-SVM": "bench.models.nbsvm",
}


def names(unlabelled: bool) -> tuple[str, ...]:
    """The models to measure, where there are unlabelled reviews and where there are none."""
    return (OURS, *([WITH_UNLABELLED] if unlabelled else []), *PEERS)


def model(name: str) -> Algorithm:
    """The model of a name, imported only now: each brings its own libraries."""
    peer = PEERS.get(name)
    return cast(Algorithm, importlib.import_module(peer)) if peer else algorithm(OURS)
