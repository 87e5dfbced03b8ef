"""The one way in which a dataset is refused."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError
from pyspark.errors.exceptions.captured import CapturedException

from etl.columns import Columns, column_problems, find_columns

_CAUSES = {
    "Unexpected end of input stream": "The upload is a .gz file that is cut off before its end.",
    "Unexpected end of ZLIB input stream": "The upload is a .gz file that is cut off before its end.",
    "not a gzip file": "The upload's name ends in .gz, but it is no gzip file.",
    "is not a Parquet file": "The upload's name ends in .parquet, but it is no Parquet file.",
    "org.apache.parquet": "The Parquet file is damaged, or packed in a way that Spark cannot read.",
    "PATH_NOT_FOUND": "The upload is not there any more.",
}
_STORAGE = re.compile(
    r"\b(?:java\.net|javax\.net\.ssl|org\.apache\.http|com\.amazon(?:aws)?|software\.amazon\.awssdk"
    r"|org\.apache\.hadoop\.(?:fs\.s3a|ipc|net|security))\.[\w.$]*(?:Exception|Error)\b"
)
"""What the ways to S3 raise (the SDKs, EMRFS, S3A, WebHDFS): says nothing about what is in the file."""
_FRAME = re.compile(r"^\s*at .*$", re.MULTILINE)
"""A line of a Java stack: every fault of a Parquet reader's storage has gone through Parquet's classes."""
_IN_WORKER = re.compile(r"DatasetRefused: (.+)")
"""How Spark words what a Python worker raised."""


class DatasetRefused(Exception):
    """No dataset can be made of an upload; the message is what its owner reads."""


def columns_of(names: Sequence[str]) -> Columns:
    """The text and the label column; DatasetRefused says why there are none."""
    if problems := column_problems(names):
        raise DatasetRefused(" ".join(problems))
    return find_columns(names)


@contextmanager
def spark_causes_in_words() -> Iterator[None]:
    """Turn what Spark raises for a broken upload into DatasetRefused; anything else passes."""
    try:
        yield
    except (Py4JJavaError, CapturedException) as error:
        sentence = _sentence(str(error))
        if not sentence:
            raise
        raise DatasetRefused(sentence) from error


def _sentence(error: str) -> str:
    if raised := _IN_WORKER.search(error):
        return raised[1]
    if _STORAGE.search(_FRAME.sub("", error)):
        return ""
    return next((words for cause, words in _CAUSES.items() if cause in error), "")
