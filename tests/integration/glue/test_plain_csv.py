"""Spark's reading of a plain CSV against that of Python's csv module, which the check and the job share."""

import random
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from etl import plain_csv
from etl.plain_csv import Header, all_plain, header_of, numbered, plain_rows
from etl.reading import _read_csv, _read_csv_in_order
from etl.records import csv_rows
from etl.row_numbers import in_file
from tests.integration.glue.dirty_reviews import as_csv, dirty_rows

_PIECES = (
    '"',
    '""',
    ",",
    ",",
    "\r",
    " ",
    "a",
    "film",
    "\x00",
    "é",
    "\ufeff",
    "\U0001f600",
    "\ufffd",
    "'",
    "\\",
)


def _odd_lines(number: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(_PIECES, k=chance.randint(1, 9))) for _ in range(number)]


def _by_itself(line: str, width: int) -> list[str] | None:
    """The row of a line, if a line after it is a row of its own whatever it holds."""
    rows = list(csv_rows([f"{line}\n", "x,y\n"]))
    row = rows[0] if rows[1:] == [["x", "y"]] else None
    return row if isinstance(row, list) and len(row) == width else None


def test_a_line_taken_for_plain_is_the_row_that_python_reads(spark: SparkSession) -> None:
    # given odd lines, one of which may open a quote that the next one closes
    width, lines = 2, _odd_lines(20_000, seed=4)
    expected = {line: row for line in lines if (row := _by_itself(line, width))}
    frame = spark.createDataFrame(
        [(number, line) for number, line in enumerate(lines, 1)], "line bigint, value string"
    )
    # when Spark reads those it takes for plain
    plain = frame.where(plain_csv._is_plain(width))
    read = plain_rows(plain, Header(["review", "sentiment"], 0), 0, 1)
    found = dict(
        zip(
            (row["value"] for row in plain.collect()),
            ((r["text"], r["label"]) for r in read.collect()),
            strict=True,
        )
    )
    # then each is what Python makes of it, and few others are left to Python
    assert found == {line: tuple(expected[line]) for line in found}
    assert {line for line in expected if "\x00" not in line and "\r\r" not in line} == set(found)


def _rows(
    spark: SparkSession, buckets: Path, data: bytes
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], bool]:
    """What the chosen way reads, what Python reads, and whether the chosen one was Spark's."""
    (buckets / "raw" / "plain.csv").write_bytes(data)
    uri = "s3://raw/plain.csv"
    lines = numbered(spark.read.text(uri, lineSep="\n"))
    header = header_of(lines)
    chosen, in_order = _read_csv(spark, uri), _read_csv_in_order(spark, uri)
    assert chosen[1] == in_order[1]
    pairs = [[tuple(row) for row in frame.collect()] for frame, _ in (chosen, in_order)]
    return pairs[0], pairs[1], header is not None and all_plain(lines, header)


_REVIEWS = as_csv([(text.replace("\n", " "), label) for text, label in dirty_rows(300, seed=9)])


@pytest.mark.parametrize(
    ("data", "by_spark"),
    [
        (_REVIEWS, True),
        (b"\xef\xbb\xbf" + _REVIEWS.replace(b"\r\n", b"\n"), True),
        (b"\n\r\n" + _REVIEWS.replace(b"\n", b"\n\n").rstrip(b"\n"), True),
        (b'id,"Review "," SENTIMENT"\n1,"a ""fine"", film",pos\n2,,\n3,\xff 5" tall,"neg"\n', True),
        (_REVIEWS + b'"one\ntwo",pos\n', False),
        (_REVIEWS + b"only one field\n", False),
        (_REVIEWS + b'"text" after its quote,pos\n', False),
        (_REVIEWS + b"half\rhalf,pos\n", False),
        (_REVIEWS + b"nul\x00,pos\n", False),
        (b'"a\nb",review,sentiment\nx,fine,pos\n', False),
    ],
)
def test_both_ways_read_the_same_rows(
    spark: SparkSession, buckets: Path, data: bytes, by_spark: bool
) -> None:
    chosen, in_order, plain = _rows(spark, buckets, data)
    assert chosen == in_order
    assert plain is by_spark


def test_a_file_in_pieces_keeps_the_numbers_of_its_rows(spark: SparkSession) -> None:
    # given rows in pieces of different sizes, one of them empty
    rows = (
        spark.range(0, 1000, 1, 7)
        .where("id < 140 or id > 300")
        .select("id", (F.monotonically_increasing_id() + 1).alias("row"))
    )
    assert rows.rdd.getNumPartitions() == 7
    # when they are numbered through
    numbers = [
        row["number"] for row in rows.select(in_file(rows).alias("number"), "id").orderBy("id").collect()
    ]
    # then there are no gaps
    assert numbers == list(range(1, rows.count() + 1))
