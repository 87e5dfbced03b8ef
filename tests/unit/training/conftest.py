"""Made-up reviews: words that tell the class, in a soup of words that do not."""

import functools
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import train
from algorithms import Examples

SIGNALS = {
    "negative": ["dull", "clumsy", "boring", "awful", "wasted", "tedious"],
    "positive": ["charming", "superb", "moving", "delightful", "gripping", "wonderful"],
    "mixed": ["uneven", "patchy", "passable", "middling", "halfway", "tolerable"],
}
NOISE = ["the", "film", "plot", "actor", "scene", "camera", "music", "story", "ending", "city", "director"]

SENTIMENTS = ("negative", "positive")
ROWS_PER_LABEL = {"train": 60, "validation": 18, "test": 18}

Rows = list[tuple[str, str]]
"""(review, label) pairs."""


def write_reviews(labels: tuple[str, ...], rows_each: int, seed: int) -> Rows:
    chance = random.Random(seed)

    def word(label: str) -> str:
        return chance.choice(SIGNALS[label] if chance.random() < 0.2 else NOISE)

    rows = [
        (" ".join(word(label) for _ in range(chance.randint(12, 40))), label)
        for label in labels
        for _ in range(rows_each)
    ]
    chance.shuffle(rows)
    return rows


def write_split(folder: Path, rows: Rows) -> str:
    folder.mkdir(parents=True)
    columns = {
        "review_id": [f"{number:016x}" for number in range(len(rows))],
        "review": [review for review, _ in rows],
        "label": [label for _, label in rows],
    }
    schema = pa.schema([(name, pa.string()) for name in columns])
    pq.write_table(pa.table(columns, schema=schema), folder / "part-0.parquet")
    return str(folder)


@pytest.fixture
def reviews() -> Callable[..., Rows]:
    return write_reviews


@pytest.fixture
def split_writer() -> Callable[[Path, Rows], str]:
    return write_split


@pytest.fixture
def examples() -> Callable[..., Examples]:
    def make(
        labels: tuple[str, ...] = ("negative", "positive"), rows_each: int = 80, seed: int = 0
    ) -> Examples:
        train = write_reviews(labels, rows_each, seed)
        validation = write_reviews(labels, rows_each // 4, seed + 1)
        return Examples(
            labels=list(labels),
            train=[review for review, _ in train],
            train_codes=np.array([labels.index(label) for _, label in train]),
            validation=[review for review, _ in validation],
            validation_codes=np.array([labels.index(label) for _, label in validation]),
        )

    return make


def write_job(
    folder: Path, labels: tuple[str, ...] = SENTIMENTS, rows: int = 60, **given: str
) -> dict[str, str]:
    """Give the SM_* variables of a job in this folder, over made-up splits, with these hyperparameters."""
    environment = {}
    for seed, (name, count) in enumerate(ROWS_PER_LABEL.items()):
        texts = write_reviews(labels, count, seed)
        environment[f"SM_CHANNEL_{name.upper()}"] = write_split(folder / "input/data" / name, texts)
    folders = {"MODEL_DIR": "model", "OUTPUT_DIR": "output", "OUTPUT_DATA_DIR": "output/data"}
    for name, place in {**folders, "INPUT_CONFIG_DIR": "input/config"}.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        environment[f"SM_{name}"] = str(folder / place)
    names = {"algorithm": "ngram", "run_id": "films-1", "sagemaker_job_name": "job-1"}
    (folder / "input/config/hyperparameters.json").write_text(json.dumps({**names, **given}))
    return environment


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., dict[str, str]]:
    return functools.partial(write_job, tmp_path)


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that a job wrote, trained once for all tests; it must not be changed."""
    environment = write_job(tmp_path_factory.mktemp("job"))
    train.run(environment)
    return Path(environment["SM_MODEL_DIR"])
