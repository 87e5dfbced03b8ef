"""The one way in which a dataset is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError
from pyspark.errors.exceptions.captured import CapturedException

MAXIMUM_FIELD = 10_000_000
"""Longest field that is read, in characters: more is nearly always a quote that is never closed."""

_CAUSES = {
    "Unexpected end of input stream": "The upload is a .gz file that is cut off before its end.",
    "Unexpected end of ZLIB input stream": "The upload is a .gz file that is cut off before its end.",
    "exceeds the maximum number of characters": f"A field of the upload is longer than {MAXIMUM_FIELD:,}"
    " characters; a quote is probably never closed.",
    "not a gzip file": "The upload's name ends in .gz, but it is no gzip file.",
    "is not a Parquet file": "The upload's name ends in .parquet, but it is no Parquet file.",
    "PATH_NOT_FOUND": "The upload is not there any more.",
}


class DatasetRefused(Exception):
    """No dataset can be made of an upload; the message is what its owner reads."""


@contextmanager
def spark_causes_in_words() -> Iterator[None]:
    """Turn what Spark raises for a broken upload into DatasetRefused; anything else passes."""
    try:
        yield
    except (Py4JJavaError, CapturedException) as error:
        sentence = next((words for cause, words in _CAUSES.items() if cause in str(error)), "")
        if not sentence:
            raise
        raise DatasetRefused(sentence) from error
