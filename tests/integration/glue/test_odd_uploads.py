"""What the check before the job lets pass, the job reads as expected: no row is lost."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from chaos.inputs.case import Refused
from chaos.inputs.corpus import CLASSES
from chaos.inputs.preparing import difference

# One or two of a class; `make chaos` puts them all through the job.
_QUICK = {
    "quoting": ("closed by the next row's quote", "line feeds within"),
    "line ends": ("LF header, CRLF rows",),
    "archives": ("packed twice over, one after the other",),
    "names": ("a pattern that fits every file", "percent-encoded"),
    "columns": ("names that the job uses itself",),
    "json files": ("names in two spellings", "a second object behind"),
    "parquet files": ("a text of Latin-1", "every kind beside", "a bit flipped in a page with a checksum"),
}


@pytest.mark.parametrize("name", _QUICK)
def test_the_job_reads_what_the_check_lets_pass(spark: SparkSession, buckets: Path, name: str) -> None:
    cases = [case for case in CLASSES[name]() if case.title in _QUICK[name]]

    assert len(cases) == len(_QUICK[name])
    assert not any(isinstance(case.expected, Refused) for case in cases)
    differences = {case.title: difference(spark, buckets / "raw", case) for case in cases}
    assert {title: what for title, what in differences.items() if what} == {}
