"""From PyTorch to ONNX with one-byte weights, and proof that both say the same."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from algorithms.transformer.encoding import Encoder
from algorithms.transformer.model import TransformerModel, logits, probabilities, session_of
from algorithms.transformer.validation import torch_logits
from refusals import Refused

Floats = npt.NDArray[np.float64]

LEAST_AGREEMENT = 0.995
_OPSET = 17
_TOKENS_AT_ONCE = 16_384
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Parity:
    """What was compared: `agreement` is the share of `rows` texts that both give the same label."""

    format: str
    agreement: float
    largest_difference: float
    rows: int


def exported(network: nn.Module, encoder: Encoder, texts: Sequence[str]) -> tuple[TransformerModel, Parity]:
    """Return the model that serves, one byte a weight if that keeps the labels of these texts.

    Where it does not, in 995 of 1,000, the weights stay single precision; Refused if they too say
    something else, for then the export is wrong.
    """
    rows = encoder.encode(texts)
    expected = torch_logits(network, rows, encoder.marks.pad, _CPU, _TOKENS_AT_ONCE)
    if not np.isfinite(expected).all():
        raise Refused("The network gives scores that are no numbers: it must not be served.")
    for name, content in graphs(network, encoder.marks.pad).items():
        model = TransformerModel(encoder, session_of(content), content)
        parity = _compared(name, expected, logits(model, texts))
        print(f"ONNX {name}: {asdict(parity)}", flush=True)
        if parity.agreement >= LEAST_AGREEMENT:
            return model, parity
    raise Refused(
        f"The exported model gives {1 - parity.agreement:.1%} of {parity.rows} texts another label than "
        "PyTorch does, in single precision too: it must not be served."
    )


def graphs(network: nn.Module, pad: int) -> dict[str, bytes]:
    """Return the network as ONNX graphs: one byte a weight, and single precision."""
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder, "whole.onnx"), Path(folder, "small.onnx")
        _export(network, pad, whole)
        _shrink(whole, small)
        return {"int8": small.read_bytes(), "float32": whole.read_bytes()}


def _compared(name: str, expected: Floats, found: Floats) -> Parity:
    # Of scores that are no numbers the first counts as the largest.
    numbers = np.isfinite(found).all(axis=1)
    agreement = float((numbers & (expected.argmax(axis=1) == found.argmax(axis=1))).mean())
    difference = float(np.abs(probabilities(expected) - probabilities(found)).max())
    return Parity(name, round(agreement, 6), round(difference, 6), len(expected))


def _export(network: nn.Module, pad: int, path: Path) -> None:
    ids = torch.full((2, 8), pad, dtype=torch.int64)
    axes: dict[str, Any] = {"ids": {0: "rows", 1: "length"}, "mask": {0: "rows", 1: "length"}}
    with warnings.catch_warnings():
        # The exporter by tracing is old, and says so; the new one wants a library more and gains nothing.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.cpu().eval(),
            (ids, torch.ones_like(ids)),
            str(path),
            input_names=["ids", "mask"],
            output_names=["logits"],
            dynamic_axes={**axes, "logits": {0: "rows"}},
            opset_version=_OPSET,
            dynamo=False,
        )


def _shrink(whole: Path, small: Path) -> None:
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # a recommendation of a preparation that wants one library more
    try:
        # Seven bits: with eight, processors without VNNI overflow (ONNX Runtime, "Quantize ONNX models").
        quantize_dynamic(whole, small, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
    finally:
        logging.disable(before)
