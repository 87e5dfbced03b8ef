"""The models that are measured, ours first."""

import importlib
from typing import cast

from algorithms import Algorithm, algorithm

OURS = "ngram"
PEERS = {
    "fastText": "bench.models.fast_text",
    "TF-IDF + logistic": "bench.models.tfidf",
    "NB-SVM": "bench.models.nbsvm",
}
NAMES = (OURS, *PEERS)


def model(name: str) -> Algorithm:
    """The model of a name, imported only now: each brings its own libraries."""
    return algorithm(name) if name == OURS else cast(Algorithm, importlib.import_module(PEERS[name]))
