"""fastText (Joulin et al. 2016) on words and word pairs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fasttext
import numpy as np

from algorithms import Examples, Probabilities, Trained

_LABEL = "__label__"
_FILE = "model.bin"
_WORDS = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Knobs:
    """Set by hand: the bench searches for none, so others may do better."""

    lr: float = 0.5
    epoch: int = 5
    wordNgrams: int = 2
    dim: int = 10
    thread: int = 2
    verbose: int = 0


def train(examples: Examples, knobs: Knobs) -> Trained:
    """Learn from the train and validation rows; it needs none to look at."""
    rows = (*zip(examples.train, examples.train_codes, strict=True),)
    rows += (*zip(examples.validation, examples.validation_codes, strict=True),)
    path = Path("train.txt")
    path.write_text("".join(f"{_LABEL}{code} {_line(text)}\n" for text, code in rows), encoding="utf-8")
    model = fasttext.train_supervised(input=str(path), **vars(knobs))
    return Trained(model, np.empty((0, len(examples.labels))))


def save(model: Any, folder: Path) -> None:
    """Write fastText's own file."""
    model.save_model(str(folder / _FILE))


def load(folder: Path) -> Any:
    """Read fastText's own file."""
    return fasttext.load_model(str(folder / _FILE))


def predict(model: Any, reviews: Sequence[str]) -> Probabilities:
    """Probabilities in the order of the labels' codes."""
    # The binding's own predict() fails under numpy 2; below it is the same call.
    return np.array([_in_order(model.f.predict(_line(review), -1, 0.0, "strict")) for review in reviews])


def _line(text: str) -> str:
    return " ".join(_WORDS.findall(text.lower()))


def _in_order(answer: Iterable[tuple[float, str]]) -> list[float]:
    return [share for share, _ in sorted(answer, key=lambda pair: int(pair[1].removeprefix(_LABEL)))]
