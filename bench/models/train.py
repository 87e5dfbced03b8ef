"""`python -m bench.models.train NAME CHANNELS FOLDER REPORT`: one model learns, and is written to FOLDER."""

import os
import sys
import time
from pathlib import Path

from bench.models.registry import WITH_UNLABELLED, model
from bench.models.rows import examples
from bench.running import report


def main(name: str, channels: Path, folder: Path) -> None:
    """Train and save; report the seconds of the training itself and the size of what was written (MB)."""
    method = model(name)
    rows = examples(channels, name == WITH_UNLABELLED)
    folder.mkdir(parents=True)
    os.chdir(folder.parent)  # what a trainer leaves lying is no part of the model
    began = time.perf_counter()
    trained = method.train(rows, method.Knobs())
    seconds = time.perf_counter() - began
    method.save(trained.model, folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    report({"training": seconds, "size": size / 1e6})


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
