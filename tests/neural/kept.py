"""What a job keeps of itself in the folder of checkpoints."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch


def checkpoint(environment: dict[str, str]) -> Path:
    """Where a job keeps its checkpoint."""
    return Path(environment["SM_OUTPUT_DIR"]).parent / "checkpoints/checkpoint.pt"


def left_by(environment: dict[str, str]) -> dict[str, Any]:
    """What the last checkpoint of a job holds, by path: tensors and values, but not how long it took."""
    state = torch.load(checkpoint(environment), weights_only=True)
    state.pop("efforts")
    return dict(_leaves("", state))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict | list):
        yield path, value
        return
    for name, part in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(f"{path}/{name}", part)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two checkpoints hold the same, bit by bit."""
    assert list(one) == list(other)
    return all(
        torch.equal(value, other[name]) if isinstance(value, torch.Tensor) else value == other[name]
        for name, value in one.items()
    )
