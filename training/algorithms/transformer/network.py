"""The networks: a compact encoder of our own, and what stands on top of any encoder."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

_ROTATION_BASE = 10_000.0
_FIRST_SPREAD = 0.02


@dataclass(frozen=True)
class Shape:
    """Sizes of an encoder of our own."""

    vocabulary: int
    layers: int
    width: int
    heads: int
    dropout: float


def rotations(length: int, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return cosines and sines of rotary positions (Su et al. 2021): shapes (length, size / 2)."""
    frequency = _ROTATION_BASE ** (-torch.arange(0, size, 2, device=device, dtype=torch.float32) / size)
    angle = torch.arange(length, device=device, dtype=torch.float32)[:, None] * frequency
    return angle.cos(), angle.sin()


def rotated(values: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turn each pair of values (rows, heads, length, size) by its position's angle."""
    first, second = values.chunk(2, dim=-1)
    cosine, sine = cosine.to(values.dtype), sine.to(values.dtype)
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)


class Layer(nn.Module):
    """Attention and a gated feed-forward part, each normalised before and added to what came in."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, shape.dropout
        self.attention_norm = nn.LayerNorm(shape.width)
        self.mixed = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.attended = nn.Linear(shape.width, shape.width, bias=False)
        self.forward_norm = nn.LayerNorm(shape.width)
        # Two thirds of the usual four widths, twice: a gate costs a matrix (Shazeer 2020).
        inner = 8 * shape.width // 3
        self.gated = nn.Linear(shape.width, 2 * inner, bias=False)
        self.narrowed = nn.Linear(inner, shape.width, bias=False)
        self.drop = nn.Dropout(shape.dropout)

    def forward(self, hidden: Tensor, seen: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        """Return (rows, length, width); `seen` is (rows, 1, 1, length), false at padding."""
        hidden = hidden + self.drop(self._attention(self.attention_norm(hidden), seen, turn))
        gate, value = self.gated(self.forward_norm(hidden)).chunk(2, dim=-1)
        return hidden + self.drop(self.narrowed(functional.gelu(gate) * value))

    def _attention(self, hidden: Tensor, seen: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        rows, length, width = hidden.shape
        mixed = self.mixed(hidden).view(rows, length, 3, self.heads, width // self.heads)
        query, key, value = mixed.permute(2, 0, 3, 1, 4).unbind(0)
        found = functional.scaled_dot_product_attention(
            rotated(query, *turn),
            rotated(key, *turn),
            value,
            attn_mask=seen,
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.attended(found.transpose(1, 2).reshape(rows, length, width))


class CompactEncoder(nn.Module):
    """An encoder with rotary positions, without biases, normalised before each part."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.head_width, self.width = shape.width // shape.heads, shape.width
        self.embeddings = nn.Embedding(shape.vocabulary, shape.width)
        self.drop = nn.Dropout(shape.dropout)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.width)
        self.apply(_begin)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return hidden states (rows, length, width) of subword numbers and mask (rows, length)."""
        hidden = self.drop(self.embeddings(ids))
        turn = rotations(ids.shape[1], self.head_width, ids.device)
        seen = mask.bool()[:, None, None, :]
        for layer in self.layers:
            hidden = layer(hidden, seen, turn)
        normed: Tensor = self.norm(hidden)
        return normed


class Classifier(nn.Module):
    """An encoder, the mean of its hidden states, and a logit per label."""

    def __init__(self, encoder: nn.Module, width: int, labels: int, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(width, labels)
        _begin(self.head)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return logits (rows, labels)."""
        hidden = self.encoder(ids, mask)
        weight = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        logits: Tensor = self.head(self.drop(mean))
        return logits


class MaskedReader(nn.Module):
    """An encoder that guesses hidden subwords: what it learns before it learns labels."""

    def __init__(self, encoder: CompactEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.mixed = nn.Linear(encoder.width, encoder.width)
        self.norm = nn.LayerNorm(encoder.width)
        _begin(self.mixed)

    def forward(self, ids: Tensor, mask: Tensor, hidden_places: Tensor) -> Tensor:
        """Return logits (hidden subwords, vocabulary) at the places (rows, length) that are true."""
        found = self.encoder(ids, mask)[hidden_places]
        words: Tensor = self.encoder.embeddings.weight
        return functional.linear(self.norm(functional.gelu(self.mixed(found))), words)


def _begin(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=_FIRST_SPREAD)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
