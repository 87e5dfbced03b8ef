"""A pretrained encoder: from the channel `base_model`, where no network is needed, or from the hub."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedModel

from algorithms.transformer.encoding import Marks
from algorithms.transformer.fingerprints import of_texts, of_weights
from refusals import Refused

# What transformers gives for "no limit" is a number with thirty digits.
_NO_LIMIT = 10**6
_REASON_CHARACTERS = 300


class PretrainedEncoder(nn.Module):
    """A model of transformers behind the two arguments that all encoders here have."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return hidden states (rows, length, width) of subword numbers and mask (rows, length)."""
        hidden: Tensor = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        return hidden


@dataclass(frozen=True)
class Base:
    """An encoder with the subwords it was trained on; it reads `length` of them, marks included."""

    encoder: PretrainedEncoder
    width: int
    tokenizer: Tokenizer
    marks: Marks
    length: int

    @cached_property
    def digest(self) -> str:
        """What tells these weights and subwords from others, a later revision of the same name included."""
        return f"{of_weights(self.encoder)} {of_texts([self.tokenizer.to_str()])}"


def load_base(name: str, channel: Path | None) -> Base:
    """Load weights (safetensors: a pickle is never opened), configuration and tokenizer; Refused if not."""
    source = str(channel) if channel else name
    shown = "of the channel 'base_model'" if channel else repr(name)
    try:
        model = AutoModel.from_pretrained(source, use_safetensors=True, trust_remote_code=False)
        reader = AutoTokenizer.from_pretrained(source, use_fast=True, trust_remote_code=False)
    except Exception as error:  # each file of a hub model has a library of its own that fails in its own way
        reason = " ".join(str(error).split())[:_REASON_CHARACTERS]
        raise Refused(f"The base model {shown} cannot be loaded: {type(error).__name__}: {reason}") from error
    return Base(
        PretrainedEncoder(model.float()),
        int(model.config.hidden_size),
        _plain(reader.backend_tokenizer),
        _marks(reader, shown),
        _longest(reader, model),
    )


def _plain(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _marks(reader: AutoTokenizer, shown: str) -> Marks:
    begin = _first(reader.cls_token_id, reader.bos_token_id)
    end = _first(reader.sep_token_id, reader.eos_token_id)
    if begin is None or end is None or reader.pad_token_id is None:
        raise Refused(f"The tokenizer of the base model {shown} has no mark for begin, end or padding.")
    return Marks(begin, end, int(reader.pad_token_id))


def _longest(reader: AutoTokenizer, model: PreTrainedModel) -> int:
    limits = (reader.model_max_length, getattr(model.config, "max_position_embeddings", _NO_LIMIT))
    return int(min(*limits, _NO_LIMIT))


def _first(*values: int | None) -> int | None:
    return next((int(value) for value in values if value is not None), None)
