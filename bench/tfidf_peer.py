"""The peer of bench/model.py: scikit-learn's TF-IDF of words and word pairs with logistic regression.

`tfidf_peer.py CHANNELS FOLDER` learns from the train and validation channels, and writes
FOLDER/figures.json about the test channel.
"""

import json
import pickle
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "training"))

from evaluation import expected_calibration_error  # noqa: E402 - training/ is no package


def read(channels: Path, *names: str) -> tuple[list[str], list[str]]:
    """Return the texts and labels of these channels."""
    tables = [pq.ParquetFile(channels / name / "part-0.parquet").read() for name in names]
    table = pa.concat_tables(tables)
    return table["review"].to_pylist(), table["label"].to_pylist()


def main(channels: Path, folder: Path) -> None:
    """Train and measure."""
    texts, labels = read(channels, "train", "validation")
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    pipeline = make_pipeline(vectorizer, LogisticRegression(C=30, max_iter=200)).fit(texts, labels)
    test, truth = read(channels, "test")
    packed = pickle.dumps(pipeline)

    started = time.perf_counter()
    pipeline = pickle.loads(packed)
    pipeline.predict_proba(test[:1])
    loaded = time.perf_counter()
    for text in test:
        pipeline.predict_proba([text])
    singles = time.perf_counter()
    probabilities = pipeline.predict_proba(test)
    batch = time.perf_counter()

    right = pipeline.classes_[probabilities.argmax(axis=1)] == np.array(truth)
    figures = {
        "accuracy": float(right.mean()),
        "ece": expected_calibration_error(probabilities.max(axis=1), right),
        "log_loss": float(log_loss(truth, probabilities)),
        "size_mb": len(packed) / 1e6,
        "load_ms": (loaded - started) * 1e3,
        "one_review_ms": (singles - loaded) * 1e3 / len(test),
        "batch_review_ms": (batch - singles) * 1e3 / len(test),
    }
    (folder / "figures.json").write_text(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
