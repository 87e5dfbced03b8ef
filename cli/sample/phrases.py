"""The words and sentences the sample is made of, read from phrases.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ByPolarity = dict[str, list[str]]


@dataclass(frozen=True)
class Phrases:
    """Sentence templates, those with an opinion by polarity, and the words for their {slots}."""

    openings: ByPolarity
    sentences: ByPolarity
    turns: ByPolarity
    closings: ByPolarity
    neutral: list[str]
    words: dict[str, list[str]]


@cache
def load_phrases() -> Phrases:
    """The phrases of the file beside this module."""
    return Phrases(**tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8")))
