"""How far each step goes: the schedule, and the groups of parameters."""

import math
import re
from collections import defaultdict
from typing import Any

from torch import nn
from torch.optim import AdamW

_LAYER = re.compile(r"\.(?:layers?|h|block)\.(\d+)\.")
_BETAS = (0.9, 0.98)


def share_of_rate(step: int, steps: int, warmup_share: float, schedule: str) -> float:
    """Return the learning rate of a step (from 0) as a share of the highest: up in a line, then down."""
    warmup = max(1, round(steps * warmup_share))
    if step < warmup:
        return (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return (1 + math.cos(math.pi * done)) / 2 if schedule == "cosine" else 1 - done


def optimizer(network: nn.Module, rate: float, weight_decay: float, layer_decay: float) -> AdamW:
    """Return AdamW whose groups keep their highest rate as `full_rate`; one-row parameters do not decay.

    Lower layers, which are more general, move less (Howard & Ruder 2018, discriminative fine-tuning).
    """
    named = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
    layers = 1 + max((_layer(name) for name, _ in named), default=0)
    depths = {name: _depth(name, layers) for name, _ in named}
    groups: defaultdict[tuple[int, bool], list[nn.Parameter]] = defaultdict(list)
    for name, parameter in named:
        groups[depths[name], parameter.ndim > 1].append(parameter)
    options: list[dict[str, Any]] = []
    for (depth, decays), parameters in sorted(groups.items()):
        full = rate * layer_decay ** (layers - depth)
        decay = weight_decay if decays else 0.0
        options.append({"params": parameters, "lr": full, "full_rate": full, "weight_decay": decay})
    fused = named[0][1].is_cuda
    return AdamW(options, lr=rate, betas=_BETAS, eps=1e-6, fused=fused)


def _depth(name: str, layers: int) -> int:
    """Return 0 for embeddings, the layer's number from 1, and one more for what stands on top."""
    return 0 if "embedding" in name else _layer(name) or layers


def _layer(name: str) -> int:
    found = _LAYER.search(f".{name}")
    return int(found[1]) + 1 if found else 0
