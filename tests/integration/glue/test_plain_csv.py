"""Spark's reading of a plain CSV against that of Python's csv module, which the check and the job share."""

import random
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from etl import plain_csv, simple_rows
from etl.labels import count_spellings
from etl.plain_csv import Header, plain_rows
from etl.reading import _read_csv, _read_csv_in_order, read_upload
from etl.records import csv_rows
from etl.row_numbers import numbered_through
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


def _by_itself(line: str) -> list[str] | None:
    """The row of a line, if a line after it is a row of its own whatever it holds."""
    rows = list(csv_rows([f"{line}\n", "x,y\n"]))
    row = rows[0] if rows[1:] == [["x", "y"]] else None
    return row if isinstance(row, list) else None


def test_a_line_taken_for_plain_is_the_row_that_python_reads(spark: SparkSession) -> None:
    # given odd lines, one of which may open a quote that the next one closes
    lines = sorted(set(_odd_lines(20_000, seed=4)) - {"\r"})
    expected = {line: row for line in lines if (row := _by_itself(line))}
    frame = spark.createDataFrame(list(enumerate(lines, 1)), "line bigint, value string")
    # when Spark reads those it takes for plain
    marked = simple_rows.marked(frame).withColumn("plain", plain_csv._is_plain())
    plain = [row[:2] for row in marked.select("line", "value", "plain").orderBy("line").collect() if row[2]]
    read = plain_rows(spark.createDataFrame(plain, frame.schema), Header(["review", "sentiment"], 0), 0, 1)
    found = {lines[row["row"] - 1]: tuple(row)[1:-1] for row in read.collect() if row["plain"]}
    assert len(found) == len(plain)
    # then each is what Python makes of it, and few others are left to Python
    as_read = {
        line: (*row, False) if len(row) == 2 else (",".join(row), "", True) for line, row in expected.items()
    }
    assert found == {line: as_read[line] for line in found}
    assert {line for line in expected if "\x00" not in line and "\r\r" not in line} == set(found)


def _rows(
    spark: SparkSession, buckets: Path, data: bytes
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], bool]:
    """What the chosen way reads, what Python reads, and whether the chosen one was Spark's."""
    (buckets / "raw" / "plain.csv").write_bytes(data)
    uri = "s3://raw/plain.csv"
    guesses, chosen, in_order = (
        list(_read_csv(spark, uri))[:-1],
        read_upload(spark, uri),
        _read_csv_in_order(spark, uri),
    )
    assert chosen.columns == in_order[1]
    found, wanted = (
        [tuple(row) for row in frame.orderBy("row").select("text", "label", "malformed").collect()]
        for frame in (chosen.rows, in_order[0])
    )
    by_spark = any(count_spellings(rows) is not None for rows, _ in guesses)
    return found, wanted, by_spark


_REVIEWS = as_csv([(text.replace("\n", " "), label) for text, label in dirty_rows(300, seed=9)])
_OVER_LINES = as_csv(dirty_rows(300, seed=9))


@pytest.mark.parametrize(
    ("data", "by_spark"),
    [
        (_REVIEWS, True),
        (b"\xef\xbb\xbf" + _REVIEWS.replace(b"\r\n", b"\n"), True),
        (b"\n\r\n" + _REVIEWS.replace(b"\n", b"\n\n").rstrip(b"\n"), True),
        (b'id,"Review "," SENTIMENT"\n1,"a ""fine"", film",pos\n2,,\n3,\xff 5" tall,"neg"\n', True),
        (_OVER_LINES, True),
        (b'review,sentiment\nfine,pos\n"one\n\n""two""\r\n\nthree, four",pos\n\n"a\nb",neg\nlast,neg', True),
        (_REVIEWS + b'only one field\na,"long ""one""",too\n', True),
        (_REVIEWS + b'"text" after its quote,pos\n', False),
        (_REVIEWS + b"half\rhalf,pos\n", False),
        (_REVIEWS + b"nul\x00,pos\n", False),
        (_OVER_LINES + b'5" tall,pos\n', False),
        (b'review,sentiment\n5" a,pos\n"one\ntwo",neg\n6" b,pos\n', False),
        (b'"a\nb",review,sentiment\nx,fine,pos\n', False),
    ],
)
def test_both_ways_read_the_same_rows(
    spark: SparkSession, buckets: Path, data: bytes, by_spark: bool
) -> None:
    chosen, in_order, plain = _rows(spark, buckets, data)
    assert chosen == in_order
    assert plain is by_spark


def test_rows_over_lines_are_whole_where_the_file_is_cut_within_them(
    spark: SparkSession, buckets: Path
) -> None:
    # given rows of many lines, which Spark reads in pieces that begin anywhere
    rows = [(f'film {number}\n\nwas, "fine"' * (1 + number % 3), "pos") for number in range(400)]
    size = spark.conf.get("spark.sql.files.maxPartitionBytes")
    spark.conf.set("spark.sql.files.maxPartitionBytes", "700")
    spark.conf.set("spark.sql.files.openCostInBytes", "1")
    # when both ways read them
    try:
        chosen, in_order, plain = _rows(spark, buckets, as_csv(rows))
    finally:
        spark.conf.set("spark.sql.files.maxPartitionBytes", str(size))
        spark.conf.unset("spark.sql.files.openCostInBytes")
    # then both read the same, and Spark needed no help
    assert chosen == in_order
    assert plain


def test_a_file_in_pieces_keeps_the_numbers_of_its_rows(spark: SparkSession) -> None:
    # given rows in pieces of different sizes, one of them empty
    rows = (
        spark.range(0, 1000, 1, 7)
        .where("id < 140 or id > 300")
        .select("id", (F.monotonically_increasing_id() + 1).alias("row"))
    )
    # when some of them are numbered
    some = numbered_through(rows.where("id % 3 = 0"), rows)
    # then each has its place among all
    ids = [number for number in range(1000) if number < 140 or number > 300]
    expected = {number: place for place, number in enumerate(ids, 1) if number % 3 == 0}
    assert {row["id"]: row["row"] for row in some.collect()} == expected
