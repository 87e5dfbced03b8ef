"""Quality, size and speed of the `ngram` model on a CSV of reviews, beside scikit-learn's usual answer.

    .venv/bin/python bench/model.py reviews.csv.gz --repeats 5 --json model.json

The path may also come from MARQUEE_DATA. Each repeat splits the distinct reviews 80/10/10 by a hash with
another salt, as the Glue job does, and runs the training job (training/train.py) and the peer
(bench/tfidf_peer.py) as processes of their own on the same rows. The peer, which needs no validation
rows, learns from them too, as the job does in the end.
"""

import argparse
import csv
import gzip
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "training"))

from algorithms import ngram  # noqa: E402 - training/ is a source directory, not a package
from cleaning import clean  # noqa: E402
from thresholds import served_label  # noqa: E402

WORKSHOP = (
    "This movie was absolutely fantastic!",
    "Worst movie I've ever seen",
    "It was okay, nothing special",
)
FOLDERS = {
    "MODEL_DIR": "model",
    "OUTPUT_DATA_DIR": "data",
    "OUTPUT_DIR": "output",
    "INPUT_CONFIG_DIR": "config",
}
UNITS = {
    "accuracy": "%",
    "ece": "",
    "log_loss": "",
    "size_mb": "MB",
    "wall_s": "s",
    "cpu_s": "s",
    "peak_mb": "MB",
    "load_ms": "ms",
    "one_review_ms": "ms",
    "batch_review_ms": "ms",
    "neutral_share": "%",
}

Figures = dict[str, float]


def read_reviews(path: Path) -> dict[str, str]:
    """Read the columns review and sentiment: cleaned text to label, each text once."""
    csv.field_size_limit(2**30)
    open_text = gzip.open if path.suffix == ".gz" else open
    with open_text(path, "rt", encoding="utf-8", newline="") as file:
        return {clean(row["review"]): row["sentiment"] for row in csv.DictReader(file)}


def write_splits(reviews: dict[str, str], salt: str, folder: Path) -> None:
    """Write the Parquet channels of a job, 80/10/10 by the hash of the salted text, in hash order."""
    hashed = sorted((hashlib.sha256((salt + text).encode()).hexdigest(), text) for text in reviews)
    names = ["train"] * 8 + ["validation", "test"]
    for name in dict.fromkeys(names):
        rows = [(digest[:16], text) for digest, text in hashed if names[int(digest[:8], 16) % 10] == name]
        ids, texts = zip(*rows, strict=True)
        (folder / name).mkdir(parents=True)
        columns = {"review_id": ids, "review": texts, "label": [reviews[text] for text in texts]}
        pq.write_table(pa.table(columns), folder / name / "part-0.parquet")


def run(command: list[str], environment: dict[str, str]) -> Figures:
    """Run a process to its end; return its wall and CPU seconds and its peak memory."""
    started = time.perf_counter()
    child = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}; nothing was measured.")
    cpu = usage.ru_utime + usage.ru_stime
    return {"wall_s": time.perf_counter() - started, "cpu_s": cpu, "peak_mb": usage.ru_maxrss / 1024}


def run_job(channels: Path, folder: Path) -> Figures:
    """Run the training job; return its figures."""
    variables = {f"SM_CHANNEL_{path.name.upper()}": str(path) for path in channels.iterdir()}
    for name, place in FOLDERS.items():
        (folder / place).mkdir(parents=True)
        variables[f"SM_{name}"] = str(folder / place)
    (folder / "config/hyperparameters.json").write_text('{"algorithm": "ngram", "run_id": "bench"}')
    used = run([sys.executable, str(ROOT / "training/train.py")], variables)
    found = json.loads((folder / "model/evaluation.json").read_text())
    quality = {name: found[name] for name in ("accuracy", "ece", "log_loss", "neutral_share")}
    size = (folder / "model/weights.npz").stat().st_size / 1e6
    return {**quality, "size_mb": size, **used, **serving_speed(folder / "model", channels / "test")}


def serving_speed(model_dir: Path, test: Path) -> Figures:
    """Time loading up to the first answer, one review at a time and all at once, per review, in ms."""
    texts = pq.ParquetFile(test / "part-0.parquet").read(["review"])["review"].to_pylist()
    started = time.perf_counter()
    model = ngram.load(model_dir)
    ngram.predict(model, texts[:1])
    loaded = time.perf_counter()
    for text in texts:
        ngram.predict(model, [text])
    singles = time.perf_counter()
    ngram.predict(model, texts)
    batch = time.perf_counter()
    return {
        "load_ms": (loaded - started) * 1e3,
        "one_review_ms": (singles - loaded) * 1e3 / len(texts),
        "batch_review_ms": (batch - singles) * 1e3 / len(texts),
    }


def run_peer(channels: Path, folder: Path) -> Figures:
    """Run the peer on the same rows; return its figures."""
    folder.mkdir()
    used = run([sys.executable, str(ROOT / "bench/tfidf_peer.py"), str(channels), str(folder)], {})
    figures: Figures = json.loads((folder / "figures.json").read_text())
    return {**figures, **used}


def workshop_answers(model_dir: Path) -> list[dict[str, Any]]:
    """What the three sentences of the workshop get from the model as it is served."""
    document = json.loads((model_dir / "model.json").read_text())
    scores = ngram.predict(ngram.load(model_dir), WORKSHOP).tolist()
    labels, bands = document["labels"], document["thresholds"]
    return [
        {
            "text": text,
            "label": served_label(labels, row, bands),
            "confidence": max(row),
        }
        for text, row in zip(WORKSHOP, scores, strict=True)
    ]


def summary(repeats: list[Figures]) -> dict[str, dict[str, float]]:
    """Mean (times and sizes: median) over the repeats, and the standard error of the mean."""
    result = {}
    for name in (name for name in UNITS if name in repeats[0]):
        values = [figures[name] for figures in repeats]
        middle = statistics.median if UNITS[name] in ("s", "ms", "MB") else statistics.fmean
        error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
        result[name] = {"value": middle(values), "standard_error": error}
    return result


def print_table(ours: dict[str, dict[str, float]], peers: dict[str, dict[str, float]]) -> None:
    """Print one row per figure: ours, the peer's, and ours by the peer's."""
    print(f"{'':18}{'ngram':>18}{'TF-IDF + LR':>18}{'ratio':>8}")
    for name, mine in ours.items():
        scale = 100 if UNITS[name] == "%" else 1
        cells = [
            f"{one['value'] * scale:9.3f} ±{one['standard_error'] * scale:6.3f}" if one else ""
            for one in (mine, peers.get(name))
        ]
        ratio = f"{mine['value'] / peers[name]['value']:.2f}" if name in peers else ""
        print(f"{name + ' ' + UNITS[name]:18}{cells[0]:>18}{cells[1]:>18}{ratio:>8}")


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("csv", nargs="?", default=os.environ.get("MARQUEE_DATA"), type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, default=Path("bench-model.json"), help="where the figures go")
    arguments = parser.parse_args()
    if arguments.csv is None:
        parser.error("give the path of a CSV with the columns review and sentiment, or set MARQUEE_DATA")
    reviews = read_reviews(arguments.csv)
    ours: list[Figures] = []
    peers: list[Figures] = []
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(arguments.repeats):
            base = Path(folder) / str(repeat)
            write_splits(reviews, f"bench-{repeat}/", base / "channels")
            ours.append(run_job(base / "channels", base / "job"))
            peers.append(run_peer(base / "channels", base / "peer"))
            print(f"repeat {repeat + 1}: {ours[-1]['accuracy']:.4f} {peers[-1]['accuracy']:.4f}", flush=True)
        answers = workshop_answers(base / "job/model")
    print_table(summary(ours), summary(peers))
    print(*(f"{one['label']:9}{one['confidence']:.2f}  {one['text']}" for one in answers), sep="\n")
    document = {"rows": len(reviews), "ngram": ours, "tfidf": peers, "workshop": answers}
    arguments.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
