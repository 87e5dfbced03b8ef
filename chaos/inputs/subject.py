"""The subject of bad inputs: every odd upload through the check, what passes through the job's transforms."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pyspark.sql import SparkSession

from chaos.inputs.case import Refused
from chaos.inputs.checking import Checked, checked
from chaos.inputs.corpus import CLASSES
from chaos.inputs.preparing import differences
from chaos.inputs.session import session
from chaos.rows import Options, Row

_QUICK = 3
"""Files of a class that the quick form puts through the job."""


def rows(options: Options) -> Iterator[Row]:
    """Yield two rows a class: how many files the check judged right, how many the job read right."""
    with tempfile.TemporaryDirectory(prefix="marquee-inputs-") as folder:
        raw = Path(folder) / "bucket"
        raw.mkdir()
        with session(raw) as spark:
            for name in CLASSES:
                yield _check_row(name)
                if row := _job_row(name, spark, raw, options):
                    yield row


def _check_row(name: str) -> Row:
    began, results = time.monotonic(), dict[str, Checked]()
    for case in CLASSES[name]():
        results[case.title] = checked(case)
    failures = [f"{title}: {result.wrong}" for title, result in results.items() if result.wrong]
    row = _row(name, "validate_upload", len(results), failures, began)
    return replace(row, remark=f"slowest {max(result.seconds for result in results.values()):.1f} s")


def _job_row(name: str, spark: SparkSession, raw: Path, options: Options) -> Row | None:
    began = time.monotonic()
    accepted = (case for case in CLASSES[name]() if not isinstance(case.expected, Refused))
    cases = list(islice(accepted, _QUICK if options.quick else None))
    results = differences(spark, raw, cases) if cases else {}
    failures = [f"{title}: {wrong}" for title, wrong in results.items() if wrong]
    # Of some classes the check lets nothing pass.
    return _row(name, "Glue job's transforms", len(results), failures, began) if results else None


def _row(name: str, where: str, tried: int, failures: list[str], began: float) -> Row:
    seconds = time.monotonic() - began
    replay = "make chaos ONLY=inputs"
    survived = tried - len(failures)
    return Row(f"odd uploads: {name}", where, tried, survived, seconds, tuple(failures), replay)
