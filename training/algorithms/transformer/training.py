"""Training, top to bottom: an encoder, its fine-tuning, the export, the calibration."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer
from torch import nn

from algorithms import Examples, Trained
from algorithms.transformer.batches import smallest
from algorithms.transformer.calibration import best_temperature
from algorithms.transformer.checkpoints import Checkpoints, Interruption
from algorithms.transformer.crew import Crew
from algorithms.transformer.encoding import Encoder
from algorithms.transformer.exporting import exported
from algorithms.transformer.fingerprints import of_training
from algorithms.transformer.knobs import Knobs
from algorithms.transformer.loop import Loop
from algorithms.transformer.memory import enough_memory
from algorithms.transformer.model import logits, probabilities
from algorithms.transformer.network import Classifier, CompactEncoder, MaskedReader, Shape
from algorithms.transformer.progress import Effort
from algorithms.transformer.subwords import MARKS, kept_subwords
from algorithms.transformer.tasks import Guessing, Labelling, label_weights
from algorithms.transformer.validation import Validation
from refusals import Refused

if TYPE_CHECKING:
    from algorithms.transformer.pretrained import Base

_PARITY_ROWS = 1000


@dataclass(frozen=True)
class Start:
    """An encoder before fine-tuning, what it reads with, and how many unlabelled rows it learned from."""

    network: nn.Module
    width: int
    encoder: Encoder
    unlabelled: int = 0


def train_model(examples: Examples, knobs: Knobs) -> Trained:
    """Train; every process but the first ends here. Refused or Interrupted, in all, if one cannot go on."""
    torch.use_deterministic_algorithms(bool(knobs.deterministic))
    with Crew.assembled() as crew, Interruption().watched() as interruption:
        _check(knobs, examples, crew.size)
        torch.manual_seed(knobs.seed)
        base = crew.together(lambda: _base(examples, knobs))
        name = of_training(knobs, examples, base.digest if base else "")
        loop = Loop(knobs, crew, Checkpoints(examples.workplace.checkpoints, name), interruption)
        start = _pretrained(base, knobs) if base else _own(examples, loop)
        network = _tuned(examples, start, loop)
    if not crew.leads:
        sys.exit()
    with enough_memory(torch.device("cpu"), "the export of the network"):
        return _finished(examples, network, start, loop)


def _check(knobs: Knobs, examples: Examples, processes: int) -> None:
    if knobs.schedule not in ("cosine", "linear"):
        raise Refused(f"Hyperparameter 'schedule' must be cosine or linear, not {knobs.schedule!r}.")
    if knobs.width % (2 * knobs.heads):
        raise Refused(f"Hyperparameter 'width' ({knobs.width}) must be a multiple of twice 'heads'.")
    # There are no fewer rows to pretrain on.
    least = smallest(len(examples.train), knobs.batch)
    if least < processes:
        raise Refused(
            f"Hyperparameter 'batch' ({knobs.batch}) leaves a step of {least} reviews for {processes} "
            "processes: raise it, or train on fewer GPUs or instances."
        )


def _base(examples: Examples, knobs: Knobs) -> Base | None:
    if not (knobs.base_model or examples.workplace.base_model):
        return None
    # transformers takes seconds to import, and an encoder of our own does not need it.
    from algorithms.transformer.pretrained import load_base  # noqa: PLC0415

    return load_base(knobs.base_model, examples.workplace.base_model)


def _pretrained(base: Base, knobs: Knobs) -> Start:
    encoder = Encoder(base.tokenizer, base.marks, min(knobs.length, base.length), knobs.head_share)
    return Start(base.encoder, base.width, encoder)


def _own(examples: Examples, loop: Loop) -> Start:
    """Learn subwords and a language model from all training reviews, labelled or not."""
    knobs = loop.knobs
    texts = [*examples.train, *examples.unlabelled]
    folder = examples.workplace.checkpoints
    # By the first process alone: others may lack its folder, and two must not write into one.
    learned = loop.crew.by_leader(lambda: kept_subwords(texts, knobs.vocabulary, folder).to_str())
    tokenizer = Tokenizer.from_str(learned)
    encoder = Encoder(tokenizer, MARKS, knobs.length, knobs.head_share)
    size = tokenizer.get_vocab_size()
    network = CompactEncoder(Shape(size, knobs.layers, knobs.width, knobs.heads, knobs.dropout))
    if not knobs.pretrain_epochs:
        return Start(network, knobs.width, encoder)
    if not loop.checkpoints.of(Labelling.name):
        task = Guessing(encoder.encode(texts), MaskedReader(network), MARKS, size, knobs.masked_share)
        loop.learn(task, knobs.pretrain_epochs, knobs.pretrain_learning_rate)
    return Start(network, knobs.width, encoder, len(examples.unlabelled))


def _tuned(examples: Examples, start: Start, loop: Loop) -> nn.Module:
    knobs, labels = loop.knobs, len(examples.labels)
    torch.manual_seed(knobs.seed + 1)
    network = Classifier(start.network, start.width, labels, knobs.dropout)
    pad = start.encoder.marks.pad
    weights = label_weights(examples.train_codes, labels, bool(knobs.class_weights))
    validation = Validation(start.encoder.encode(examples.validation), examples.validation_codes, pad)
    rows = start.encoder.encode(examples.train)
    task = Labelling(rows, examples.train_codes, network, pad, weights, knobs.label_smoothing)
    loop.learn(task, knobs.epochs, knobs.learning_rate, knobs.layer_decay, validation)
    return network


def _finished(examples: Examples, network: nn.Module, start: Start, loop: Loop) -> Trained:
    """Export, and calibrate what was exported: that is what will be served."""
    compared = [*examples.validation, *examples.train[: max(0, _PARITY_ROWS - len(examples.validation))]]
    model, parity = exported(network, start.encoder, compared)
    raw = logits(model, examples.validation)
    model = model.calibrated(best_temperature(raw, examples.validation_codes))
    crew, nothing = loop.crew, Effort()
    report = {
        "parity": asdict(parity),
        "parameters": sum(one.numel() for one in network.parameters()),
        "device": torch.cuda.get_device_name() if crew.device.type == "cuda" else "CPU",
        "processes": crew.size,
        "tokens_per_second": {task: effort.speed(nothing) for task, effort in loop.efforts.items()},
    }
    return Trained(model, probabilities(raw / model.temperature), start.unlabelled, report)


# cuBLAS reads this when it starts (NVIDIA, "Results reproducibility"), `deterministic` or not.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
