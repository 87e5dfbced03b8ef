"""The tokenizer of the encoder of our own, learned from the reviews it is to read."""

import os
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from algorithms.transformer.encoding import Marks
from algorithms.transformer.fingerprints import of_texts

MASK = 4
MARKS = Marks(begin=2, end=3, pad=0)
_SPECIAL = ["[PAD]", "[NONE]", "[CLS]", "[SEP]", "[MASK]"]
_LEAST_FREQUENT = 2


def learn_subwords(texts: Sequence[str], vocabulary: int) -> Tokenizer:
    """Learn byte-pair subwords of lower-cased texts; any character can be written in them."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.ByteLevel(add_prefix_space=True), pre_tokenizers.Digits(individual_digits=True)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=_LEAST_FREQUENT,
        special_tokens=_SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def kept_subwords(texts: Sequence[str], vocabulary: int, folder: Path | None) -> Tokenizer:
    """Learn the subwords, or read those that an interrupted job learned from the same texts."""
    path = folder / f"tokenizer-{vocabulary}-{of_texts(texts)}.json" if folder else None
    if path and path.is_file():
        return Tokenizer.from_file(str(path))
    tokenizer = learn_subwords(texts, vocabulary)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.draft")
        tokenizer.save(str(draft))
        draft.replace(path)
    return tokenizer
