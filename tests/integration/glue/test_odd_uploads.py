"""What the check before the job lets pass, the job reads as expected: no row is lost."""

from dataclasses import replace
from pathlib import Path

from pyspark.sql import SparkSession

from chaos.inputs.case import Refused
from chaos.inputs.corpus import CLASSES
from chaos.inputs.preparing import differences

# One or two of a class; `make chaos` puts them all through the job.
_QUICK = {
    "quoting": ("closed by the next row's quote", "line feeds within"),
    "line ends": ("LF header, CRLF rows",),
    "archives": ("packed twice over, one after the other",),
    "names": ("a pattern that fits every file", "percent-encoded"),
    "columns": ("names that the job uses itself",),
    "json files": ("names in two spellings", "a second object behind"),
    "parquet files": (
        "a text of Latin-1",
        "labels of int8",
        "every kind beside",
        "a bit flipped in a page with a checksum",
    ),
}


def test_the_job_reads_what_the_check_lets_pass(spark: SparkSession, buckets: Path) -> None:
    cases = [
        replace(case, title=f"{name}: {case.title}")
        for name, titles in _QUICK.items()
        for case in CLASSES[name]()
        if case.title in titles
    ]

    assert len(cases) == sum(map(len, _QUICK.values()))
    assert not any(isinstance(case.expected, Refused) for case in cases)
    found = differences(spark, buckets / "raw", cases)
    assert found == {case.title: "" for case in cases}
