"""What a review costs where it is served: one core, alone and in company. Part of bench.transformer."""

import dataclasses
import os
import statistics
import time
from collections.abc import Sequence
from typing import Any

import onnxruntime
import torch

from algorithms.transformer.encoding import Encoder
from algorithms.transformer.exporting import graphs
from algorithms.transformer.knobs import Knobs
from algorithms.transformer.model import TransformerModel, predict, session_of
from algorithms.transformer.network import Classifier, CompactEncoder, Shape
from algorithms.transformer.subwords import MARKS, learn_subwords

REVIEWS = 2000
"""From so many its subwords are learned."""
_ALONE = 96
_BATCH = 32


def by_chance(knobs: Knobs, texts: Sequence[str]) -> dict[str, Any]:
    """Measure our own encoder with weights of chance, as int8, on one core (of Linux)."""
    tokenizer = learn_subwords(texts, knobs.vocabulary)
    encoder = Encoder(tokenizer, MARKS, knobs.length, knobs.head_share)
    size = tokenizer.get_vocab_size()
    shape = Shape(size, knobs.layers, knobs.width, knobs.heads, knobs.dropout)
    torch.manual_seed(knobs.seed)
    network = Classifier(CompactEncoder(shape), knobs.width, 2, knobs.dropout)
    graph = graphs(network, MARKS.pad)["int8"]
    asked = texts[:_ALONE]
    return {
        "parameters": sum(one.numel() for one in network.parameters()),
        "subwords": size,
        "graph_bytes": len(graph),
        "subwords_a_review": round(statistics.mean(map(len, encoder.encode(asked))), 1),
        **measured(TransformerModel(encoder, session_of(graph), graph), asked),
    }


def measured(model: TransformerModel, texts: Sequence[str]) -> dict[str, Any]:
    """Return milliseconds a review, by how many are asked about at once; of the batches the mean."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.graph, options, providers=["CPUExecutionProvider"])
    alone = dataclasses.replace(model, session=session)
    predict(alone, texts[:2])
    each = sorted(_milliseconds(alone, [text]) for text in texts)
    batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
    return {
        "reviews": len(texts),
        "milliseconds_alone": {
            "median": round(statistics.median(each), 2),
            "90th percentile": round(each[len(each) * 9 // 10], 2),
        },
        f"milliseconds_in_{_BATCH}": round(
            sum(_milliseconds(alone, batch) for batch in batches) / len(texts), 2
        ),
    }


def _milliseconds(model: TransformerModel, texts: Sequence[str]) -> float:
    """Return CPU milliseconds: on a busy machine the clock measures others as well."""
    started = time.process_time()
    predict(model, texts)
    return 1000 * (time.process_time() - started)
