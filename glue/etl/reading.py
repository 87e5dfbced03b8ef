"""Reads an upload of any allowed format as rows of text and label.

The frame of every reader: `row` (bigint, increasing in the order of the file; with gaps where Spark reads it
in pieces or a row goes over lines, see etl.row_numbers), `text`, `label` (strings or null), `malformed` and
`plain` (booleans; one row that is not plain says that the whole reading was a wrong guess). What is a row of
CSV or JSON lines, etl.records says: the check before the job reads by it too. A CSV that Spark reads alike
(etl.plain_csv) never goes through Python; any other is read by etl.records, in one task.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pyspark import RDD
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from etl.columns import Columns
from etl.errors import DatasetRefused, columns_of
from etl.files import literal
from etl.labels import count_spellings
from etl.parquet import read_parquet
from etl.plain_csv import header_of, numbered, plain_rows, whole_rows
from etl.records import Record, Unreadable, csv_record, csv_rows, json_fields, json_record, plain_names

JSON_ROWS_LOOKED_AT = 1000
"""JSON lines that are asked for their keys: later lines may hold fewer, not others that matter."""
_SCHEMA = "text string, label string, malformed boolean"
_Row = tuple[str, str, bool]
_Reading = tuple[DataFrame, Columns]


@dataclass(frozen=True)
class Upload:
    """The rows of an upload, the columns they were taken from, and how many rows hold each label's spelling.

    What one task or Python has read is kept (`persist`), for it would be read so once more: let go of it
    by `rows.unpersist()`.
    """

    rows: DataFrame
    columns: Columns
    spellings: Counter[str]


def read_upload(spark: SparkSession, uri: str) -> Upload:
    """Read the upload the fastest way that is right; DatasetRefused where none is."""
    suffix = uri.lower().removesuffix(".gz").rpartition(".")[2]
    reader = _READERS.get(suffix)
    if reader is None:
        formats = ", ".join(f".{name}" for name in _READERS)
        raise DatasetRefused(f"{uri.rpartition('/')[2]} is none of {formats} (.gz allowed).")
    return next(filter(None, (_counted(*reading) for reading in reader(spark, uri))))


def _counted(rows: DataFrame, columns: Columns) -> Upload | None:
    """None if a row is not plain: the pass that counts the spellings says that too."""
    spellings = count_spellings(rows)
    if spellings is None:
        rows.unpersist()
        return None
    return Upload(rows, columns, spellings)


def _spread(rows: DataFrame, source: DataFrame) -> DataFrame:
    """The rows in at least as many pieces as tasks may run: what one task reads is cleaned by all."""
    wanted = rows.sparkSession.sparkContext.defaultParallelism
    # Of the source, for to ask the rows would run half of their plan.
    if source.rdd.getNumPartitions() >= wanted:
        return rows
    return rows.repartition(wanted, "row").persist()


def _read_csv(spark: SparkSession, uri: str) -> Iterator[_Reading]:
    lines = numbered(_text(spark, uri))
    if header := header_of(lines):
        columns = columns_of(header.fields)
        places = _places(header.fields, columns)
        for rows in whole_rows(lines, header):
            yield _spread(plain_rows(rows, header, *places), lines), columns
    yield _read_csv_in_order(spark, uri)


def _read_csv_in_order(spark: SparkSession, uri: str) -> _Reading:
    # A row may go over many lines: one task reads them all, in the order of the file.
    lines = _lines(spark, uri).coalesce(1)
    header = next(iter(lines.mapPartitions(_header).take(1)), [])
    if not header:
        raise DatasetRefused("The upload is empty.")
    columns = columns_of(header)
    width, (text, label) = len(header), _places(header, columns)

    def rows(part: Iterable[str]) -> Iterator[_Row]:
        for row in islice(csv_rows(_with_ends(part)), 1, None):
            yield _row(row if isinstance(row, Unreadable) else csv_record(row, width, text, label))

    frame = _proven(_frame(spark, lines.mapPartitions(rows)))
    return _spread(frame, frame), columns


def _places(header: Sequence[str], columns: Columns) -> tuple[int, int]:
    compared = plain_names(header)
    return compared.index(columns.text), compared.index(columns.label)


def _read_json(spark: SparkSession, uri: str) -> Iterator[_Reading]:
    lines = _lines(spark, uri).filter(lambda line: bool(line.strip()))
    held = [json_fields(line) for line in lines.take(JSON_ROWS_LOOKED_AT)]
    names = dict.fromkeys(name for fields in held if isinstance(fields, dict) for name in fields)
    columns = columns_of(list(names))
    text, label = columns.text, columns.label
    rows = lines.map(lambda line: _row(json_record(json_fields(line), text, label, line)))
    frame = _proven(_frame(spark, rows))
    spread = _spread(frame, frame)
    yield spread if spread.is_cached else spread.persist(), columns


def _read_parquet(spark: SparkSession, uri: str) -> Iterator[_Reading]:
    frame, columns = read_parquet(spark, uri)
    yield _spread(_proven(frame), frame), columns


def _proven(rows: DataFrame) -> DataFrame:
    """With `row`, and `plain` where nobody guessed."""
    number = (F.monotonically_increasing_id() + 1).alias("row")
    return rows.select(number, "*", F.lit(True).alias("plain"))


def _lines(spark: SparkSession, uri: str) -> "RDD[str]":
    return _text(spark, uri).rdd.map(lambda row: str(row[0])).mapPartitionsWithIndex(_without_mark)


def _text(spark: SparkSession, uri: str) -> DataFrame:
    return spark.read.text(literal(uri), lineSep="\n")


def _without_mark(part: int, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line.removeprefix("\ufeff") if part == number == 0 else line


def _header(lines: Iterable[str]) -> Iterator[list[str]]:
    header = next(csv_rows(_with_ends(lines)), [])
    if isinstance(header, Unreadable):
        raise DatasetRefused(f"The header {header.what}.")
    yield header


def _with_ends(lines: Iterable[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)


def _row(record: Record | Unreadable) -> _Row:
    if isinstance(record, Record):
        return record.text, record.label, False
    if record.fatal:
        raise DatasetRefused(f"A row {record.what}.")
    return record.raw, "", True


def _frame(spark: SparkSession, rows: "RDD[_Row]") -> DataFrame:
    return spark.createDataFrame(rows, _SCHEMA, verifySchema=False)


_Reader = Callable[[SparkSession, str], Iterator[_Reading]]
"""Ways to read an upload, the fastest first and a right one last."""
_READERS: dict[str, _Reader] = {
    "csv": _read_csv,
    "json": _read_json,
    "jsonl": _read_json,
    "ndjson": _read_json,
    "parquet": _read_parquet,
}
