"""A training job's folders on disk, with made-up reviews, as SageMaker lays them out."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

PRAISE = ["charming", "superb", "moving", "delightful", "gripping", "wonderful"]
BLAME = ["dull", "clumsy", "boring", "awful", "wasted", "tedious"]
NOISE = ["the", "film", "plot", "actor", "scene", "camera", "music", "story", "ending", "city", "director"]


def _write(folder: Path, rows: int, seed: int) -> None:
    chance = random.Random(seed)
    labels = [chance.choice(["negative", "positive"]) for _ in range(rows)]
    words = {"negative": BLAME, "positive": PRAISE}
    reviews = [" ".join(chance.choice(words[label] + NOISE) for _ in range(30)) for label in labels]
    ids = [f"{seed:08x}{row:08x}" for row in range(rows)]
    folder.mkdir(parents=True)
    pq.write_table(
        pa.table({"review_id": ids, "review": reviews, "label": labels}), folder / "part-0.parquet"
    )


@pytest.fixture
def opt_ml(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder like /opt/ml for a job with these hyperparameters."""

    def make(**hyperparameters: str) -> Path:
        for seed, (name, rows) in enumerate({"train": 300, "validation": 60, "test": 60}.items()):
            _write(tmp_path / "input/data" / name, rows, seed)
        config = tmp_path / "input/config"
        for folder in (config, tmp_path / "model", tmp_path / "output/data"):
            folder.mkdir(parents=True)
        given = {"algorithm": "ngram", "run_id": "films-1", "code_version": "12e4567", **hyperparameters}
        (config / "hyperparameters.json").write_text(json.dumps(given))
        return tmp_path

    return make
