"""Training, top to bottom: an encoder, its fine-tuning, the export, the calibration."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from algorithms import Examples, Trained
from algorithms.transformer.calibration import best_temperature
from algorithms.transformer.checkpoints import Checkpoints, Interruption, fingerprint
from algorithms.transformer.crew import Crew
from algorithms.transformer.encoding import Encoder
from algorithms.transformer.exporting import exported, torch_logits
from algorithms.transformer.knobs import Knobs
from algorithms.transformer.loop import Loop
from algorithms.transformer.model import logits, probabilities
from algorithms.transformer.network import Classifier, CompactEncoder, MaskedReader, Shape
from algorithms.transformer.progress import Progress
from algorithms.transformer.subwords import MARKS, kept_subwords
from algorithms.transformer.tasks import Guessing, Labelling, label_weights
from refusals import Refused

_PARITY_ROWS = 1000


@dataclass(frozen=True)
class Start:
    """An encoder before fine-tuning, what it reads with, and how its pretraining went, if it had one here."""

    network: nn.Module
    width: int
    encoder: Encoder
    pretraining: Progress | None = None


def train_model(examples: Examples, knobs: Knobs) -> Trained:
    """Train; every process but the first ends here. Refused or Interrupted if it cannot go on."""
    _check(knobs)
    crew = Crew.assemble()
    torch.use_deterministic_algorithms(bool(knobs.deterministic))
    facts = (examples.labels, len(examples.train), len(examples.validation), len(examples.unlabelled))
    checkpoints = Checkpoints(examples.workplace.checkpoints, fingerprint(knobs, *facts))
    try:
        with Interruption().watched() as interruption:
            loop = Loop(knobs, crew, checkpoints, interruption)
            torch.manual_seed(knobs.seed)
            start = _pretrained(examples, knobs) if _has_base(examples, knobs) else _own(examples, loop)
            network, tuning = _tuned(examples, start, loop)
    finally:
        crew.part_ways()
    if not crew.leads:
        sys.exit()
    return _finished(examples, network, start, tuning, crew)


def _check(knobs: Knobs) -> None:
    if knobs.schedule not in ("cosine", "linear"):
        raise Refused(f"Hyperparameter 'schedule' must be cosine or linear, not {knobs.schedule!r}.")
    if knobs.width % (2 * knobs.heads):
        raise Refused(f"Hyperparameter 'width' ({knobs.width}) must be a multiple of twice 'heads'.")


def _has_base(examples: Examples, knobs: Knobs) -> bool:
    return bool(knobs.base_model or examples.workplace.base_model)


def _pretrained(examples: Examples, knobs: Knobs) -> Start:
    # transformers takes seconds to import, and an encoder of our own does not need it.
    from algorithms.transformer.pretrained import load_base  # noqa: PLC0415

    base = load_base(knobs.base_model, examples.workplace.base_model)
    encoder = Encoder(base.tokenizer, base.marks, min(knobs.length, base.length), knobs.head_share)
    return Start(base.encoder, base.width, encoder)


def _own(examples: Examples, loop: Loop) -> Start:
    """Learn subwords and a language model from all training reviews, labelled or not."""
    knobs = loop.knobs
    texts = [*examples.train, *examples.unlabelled]
    tokenizer = kept_subwords(texts, knobs.vocabulary, examples.workplace.checkpoints)
    encoder = Encoder(tokenizer, MARKS, knobs.length, knobs.head_share)
    size = tokenizer.get_vocab_size()
    network = CompactEncoder(Shape(size, knobs.layers, knobs.width, knobs.heads, knobs.dropout))
    start = Start(network, knobs.width, encoder)
    if not knobs.pretrain_epochs or loop.checkpoints.of(Labelling.name):
        return start
    task = Guessing(encoder.encode(texts), MaskedReader(network), MARKS, size, knobs.masked_share)
    went = loop.learn(task, knobs.pretrain_epochs, knobs.pretrain_learning_rate)
    return replace(start, pretraining=went)


def _tuned(examples: Examples, start: Start, loop: Loop) -> tuple[nn.Module, Progress]:
    knobs, labels = loop.knobs, len(examples.labels)
    torch.manual_seed(knobs.seed + 1)
    network = Classifier(start.network, start.width, labels, knobs.dropout)
    pad = start.encoder.marks.pad
    seen = start.encoder.encode(examples.validation)
    weights = label_weights(examples.train_codes, labels, bool(knobs.class_weights))

    def validate() -> tuple[float, float]:
        found = probabilities(torch_logits(network, seen, pad, loop.crew.device))
        truth = examples.validation_codes
        right = found[np.arange(len(truth)), truth]
        loss = float(-np.log(np.maximum(right, 1e-12)).mean())
        return loss, float((found.argmax(axis=1) == truth).mean())

    rows = start.encoder.encode(examples.train)
    task = Labelling(rows, examples.train_codes, network, pad, weights, knobs.label_smoothing)
    tuning = loop.learn(task, knobs.epochs, knobs.learning_rate, knobs.layer_decay, validate)
    return network, tuning


def _finished(examples: Examples, network: nn.Module, start: Start, tuning: Progress, crew: Crew) -> Trained:
    """Export, and calibrate what was exported: that is what will be served."""
    compared = [*examples.validation, *examples.train[: max(0, _PARITY_ROWS - len(examples.validation))]]
    model, parity = exported(network, start.encoder, compared)
    raw = logits(model, examples.validation)
    model = model.calibrated(best_temperature(raw, examples.validation_codes))
    report = {
        "parity": asdict(parity),
        "parameters": sum(one.numel() for one in network.parameters()),
        "device": torch.cuda.get_device_name() if crew.device.type == "cuda" else "CPU",
        "processes": crew.size,
        "tokens_per_second": _speeds(start.pretraining, tuning),
    }
    used = len(examples.unlabelled) if start.pretraining else 0
    return Trained(model, probabilities(raw / model.temperature), used, report)


def _speeds(*parts: Progress | None) -> dict[str, Any]:
    return {part.task: round(part.tokens / part.seconds) for part in parts if part and part.seconds}


# cuBLAS reads this when it starts (NVIDIA, "Results reproducibility"), `deterministic` or not.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
