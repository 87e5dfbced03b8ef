"""Digests of what a training starts from: what an earlier try left is used again for the very same only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict

import numpy as np
from torch import nn

from algorithms import Examples
from algorithms.transformer.knobs import Knobs


def of_training(knobs: Knobs, examples: Examples, base: str) -> str:
    """Return what tells one training from another: its knobs, every row, the weights it starts from."""
    facts = [sorted(asdict(knobs).items()), examples.labels, base]
    facts += [of_texts(texts) for texts in (examples.train, examples.validation, examples.unlabelled)]
    facts += [codes.tolist() for codes in (examples.train_codes, examples.validation_codes)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def of_texts(texts: Iterable[str]) -> str:
    """Return the SHA-256 of texts in their order; the same characters cut elsewhere are other texts."""
    every = hashlib.sha256()
    for text in texts:
        content = text.encode()
        every.update(len(content).to_bytes(8, "big") + content)
    return every.hexdigest()


def of_weights(network: nn.Module) -> str:
    """Return the SHA-256 of a network's weights, by name."""
    every = hashlib.sha256()
    for name, weights in sorted(network.state_dict().items()):
        array = np.ascontiguousarray(weights.cpu().numpy())
        every.update(repr((name, array.dtype.str, array.shape)).encode())
        every.update(array.data)
    return every.hexdigest()
