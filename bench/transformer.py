"""The whole measurement of `transformer` on a machine with a GPU: device, minutes, tokens, accuracy.

    .tools/torch/bin/python -m bench.transformer --train train.csv.gz --unlabelled more.csv.gz --json gpu.json

    .tools/torch/bin/python -m bench.transformer --train train.csv.gz --serving-only --knob layers=2

Runs training/train.py as SageMaker would (one process a GPU) on the files it is given, with no network:
from scratch, or with `--base-model FOLDER` from weights in a folder. A tenth of the training rows, by hash
of the text, is for validation; the test rows are `--test`, or another tenth. Knobs: `--knob epochs=3`.
`--serving-only` measures what a review takes on one core, by a network of chance: weights change no time.
"""

import argparse
import csv
import gzip
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "training"))

from algorithms.transformer.knobs import Knobs  # noqa: E402 - training/ is a source directory, not a package
from bench import transformer_serving as serving  # noqa: E402
from cleaning import clean  # noqa: E402

# Dense bf16 peak in TFLOP/s, from NVIDIA's data sheets; the longest name that fits decides.
PEAKS = {
    "H200": 989,
    "H100 PCIe": 756,
    "H100": 989,
    "A100": 312,
    "A10G": 70,
    "A10": 125,
    "L40S": 362,
    "L4": 121,
}
FOLDERS = {
    "MODEL_DIR": "model",
    "OUTPUT_DIR": "output",
    "OUTPUT_DATA_DIR": "data",
    "INPUT_CONFIG_DIR": "config",
}

Row = tuple[str, str, str]
"""review_id, cleaned text, label."""


def read_rows(path: Path) -> Iterator[Row]:
    """Read the columns review and, if there is one, sentiment of a CSV: each text once."""
    csv.field_size_limit(2**30)
    opened = gzip.open if path.suffix == ".gz" else open
    seen = set()
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = clean(row["review"])
            digest = hashlib.sha256(text.encode()).hexdigest()
            if text and digest not in seen:
                seen.add(digest)
                yield digest, text, row.get("sentiment") or ""


def write_channel(folder: Path, rows: Iterable[Row]) -> None:
    """Write one channel as the Glue job does, in the order of the hash."""
    ids, texts, labels = zip(*sorted(rows), strict=True)
    folder.mkdir(parents=True)
    short = [one[:16] for one in ids]
    pq.write_table(
        pa.table({"review_id": short, "review": texts, "label": labels}), folder / "part-0.parquet"
    )


def write_channels(folder: Path, train: Path, test: Path | None, unlabelled: Path | None) -> None:
    """Write train, validation, test and, if given, unlabelled."""
    parts: dict[str, list[Row]] = {
        "train": [],
        "validation": [],
        "test": list(read_rows(test)) if test else [],
    }
    known = {row[0] for row in parts["test"]}
    for row in read_rows(train):
        place = int(row[0][:8], 16) % 10
        name = "validation" if place == 0 else "test" if place == 1 and not test else "train"
        if row[0] not in known:
            parts[name].append(row)
    if unlabelled:
        held_out = known | {row[0] for name in ("validation", "test") for row in parts[name]}
        parts["unlabelled"] = [row for row in read_rows(unlabelled) if row[0] not in held_out]
    for name, rows in parts.items():
        write_channel(folder / name, rows)


def train(folder: Path, knobs: Mapping[str, str], base_model: Path | None) -> tuple[str, float]:
    """Run the training job to its end; return its log and its minutes."""
    variables = {f"SM_CHANNEL_{path.name.upper()}": str(path) for path in (folder / "channels").iterdir()}
    for name, place in FOLDERS.items():
        (folder / place).mkdir(parents=True)
        variables[f"SM_{name}"] = str(folder / place)
    if base_model:
        variables["SM_CHANNEL_BASE_MODEL"] = str(base_model)
    given = {"algorithm": "transformer", "run_id": "bench", **knobs}
    (folder / "config/hyperparameters.json").write_text(json.dumps(given))
    variables["SM_NUM_GPUS"] = str(torch.cuda.device_count())
    command = [sys.executable, str(ROOT / "training/train.py")]
    started, lines = time.perf_counter(), []
    with subprocess.Popen(command, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True) as job:
        for line in job.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if job.returncode:
        raise SystemExit(f"train.py ended with {job.returncode}; nothing was measured.")
    return "".join(lines), (time.perf_counter() - started) / 60


def peak_of(device: str) -> int | None:
    """Return a GPU's dense bf16 peak in TFLOP/s, or None where it is not in the list."""
    fitting = [name for name in PEAKS if name in device]
    return PEAKS[max(fitting, key=len)] if fitting else None


def flop_per_token(parameters: int, embedding: int, layers: int, width: int, length: float) -> float:
    """Return the work of one token forward and back: six a weight, and attention (Kaplan et al. 2020)."""
    return 6 * (parameters - embedding) + 12 * layers * width * length


def figures(folder: Path, log: str, minutes: float, knobs: Knobs, peak: float | None) -> dict[str, Any]:
    """Return what docs/models.md wants to know; the share of the peak for our own encoder only."""
    found = json.loads((folder / "model/evaluation.json").read_text())
    speeds, device = found["tokens_per_second"], found["device"]
    tflops = peak or peak_of(device)
    result = {
        "device": device,
        "processes": found["processes"],
        "minutes": round(minutes, 2),
        "tokens_per_second": speeds,
        "validation_accuracy": max(map(float, re.findall(r"validation:accuracy=([0-9.]+);", log))),
        "test_accuracy": found["accuracy"],
        "parity": found["parity"],
        "review_milliseconds": found["review_milliseconds"],
        "reviews_per_second": found["predictions_per_second"],
        "bf16_peak_tflops": tflops,
    }
    if tflops and not knobs.base_model:
        work = flop_per_token(
            found["parameters"], knobs.vocabulary * knobs.width, knobs.layers, knobs.width, knobs.length / 2
        )
        available = tflops * 1e12 * found["processes"]
        result["share_of_peak"] = {task: round(rate * work / available, 4) for task, rate in speeds.items()}
    return result


def main() -> None:
    """Measure."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("--train", type=Path, required=True, help="CSV with the columns review and sentiment")
    parser.add_argument("--test", type=Path)
    parser.add_argument("--unlabelled", type=Path)
    parser.add_argument("--base-model", type=Path, help="folder of weights and tokenizer")
    parser.add_argument("--knob", action="append", default=[], help="NAME=VALUE")
    parser.add_argument("--peak-tflops", type=float, help="dense bf16, for a GPU that is not in the list")
    parser.add_argument("--serving-only", action="store_true", help="train nothing")
    parser.add_argument("--json", type=Path, default=Path("bench-transformer.json"))
    arguments = parser.parse_args()
    given = dict(knob.split("=", 1) for knob in arguments.knob)
    kinds = {name: type(value) for name, value in vars(Knobs()).items()}
    knobs = Knobs(**{name: kinds[name](value) for name, value in given.items()})
    if arguments.serving_only:
        rows = itertools.islice(read_rows(arguments.train), serving.REVIEWS)
        show(serving.by_chance(knobs, [text for _, text, _ in rows]), arguments.json)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_channels(folder / "channels", arguments.train, arguments.test, arguments.unlabelled)
        log, minutes = train(folder, given, arguments.base_model)
        result = figures(folder, log, minutes, knobs, arguments.peak_tflops)
    if arguments.base_model:
        result.pop("share_of_peak", None)
    show(result, arguments.json)


def show(result: Mapping[str, Any], path: Path) -> None:
    """Print the figures, and keep them."""
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
