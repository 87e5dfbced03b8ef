"""The trained model as it is served: an ONNX graph and a tokenizer. Needs onnxruntime, tokenizers, numpy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from algorithms.transformer.encoding import Encoder, Marks, by_length, padded

Floats = npt.NDArray[np.float64]

_GRAPH, _TOKENIZER, _SETTINGS = "model.onnx", "tokenizer.json", "settings.json"
# Padding costs a core more than company saves it: groups of 8,192 took 1.6 times as long (docs/models.md).
_TOKENS_AT_ONCE = 512
_EMPTY = 2  # subwords of a text without any: the marks


@dataclass(frozen=True)
class TransformerModel:
    """A graph with what its texts are cut with; `temperature` divides the logits (Guo et al. 2017)."""

    encoder: Encoder
    session: onnxruntime.InferenceSession
    graph: bytes
    temperature: float = 1.0

    def calibrated(self, temperature: float) -> TransformerModel:
        """Return the model with another temperature."""
        return replace(self, temperature=temperature)


def session_of(graph: bytes) -> onnxruntime.InferenceSession:
    """Return a session of the graph on the CPU, without a word about what it optimises."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def logits(model: TransformerModel, texts: Sequence[str]) -> Floats:
    """Return raw logits, shape (texts, labels), in groups of like length; zeros for an empty text."""
    rows = model.encoder.encode(texts)
    found: list[npt.NDArray[np.float32]] = [np.empty(0, np.float32)] * len(rows)
    for group in by_length(rows, _TOKENS_AT_ONCE):
        ids, mask = padded([rows[place] for place in group], model.encoder.marks.pad)
        answers = model.session.run(None, {"ids": ids, "mask": mask})[0]
        for place, answer in zip(group, answers, strict=True):
            found[place] = answer if len(rows[place]) > _EMPTY else np.zeros_like(answer)
    return np.asarray(found, dtype=np.float64)


def predict(model: TransformerModel, reviews: Sequence[str]) -> Floats:
    """Return calibrated probabilities, shape (reviews, labels)."""
    return probabilities(logits(model, reviews) / model.temperature)


def probabilities(values: Floats) -> Floats:
    """Return the softmax of each row."""
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def save(model: TransformerModel, folder: Path) -> None:
    """Write the graph, the tokenizer and the settings into the folder."""
    (folder / _GRAPH).write_bytes(model.graph)
    model.encoder.tokenizer.save(str(folder / _TOKENIZER))
    settings = {
        "marks": asdict(model.encoder.marks),
        "length": model.encoder.length,
        "head_share": model.encoder.head_share,
        "temperature": model.temperature,
    }
    (folder / _SETTINGS).write_text(json.dumps(settings, indent=2) + "\n")


def load(folder: Path) -> TransformerModel:
    """Read what `save` wrote."""
    settings = json.loads((folder / _SETTINGS).read_text())
    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    encoder = Encoder(tokenizer, Marks(**settings["marks"]), settings["length"], settings["head_share"])
    graph = (folder / _GRAPH).read_bytes()
    return TransformerModel(encoder, session_of(graph), graph, settings["temperature"])
