"""What an object holds: its format and columns, told from its first or last bytes."""

import csv
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import json as arrow_json
from pyarrow import parquet

_DELIMITERS = ",|\t;\x01"
"""Those Glue's built-in CSV classifier knows."""

Columns = tuple[tuple[str, str], ...]
"""(name, Hive type) in order"""


@dataclass(frozen=True)
class Format:
    """How the rows of an object are to be read."""

    classification: str
    columns: Columns
    compression: str = "none"
    delimiter: str = ","
    quote: str = ""

    def fits(self, other: "Format") -> bool:
        """Whether one table can hold both: the same format, and the same names of columns."""
        names = {name for name, _ in self.columns}, {name for name, _ in other.columns}
        alike = (self.classification, self.delimiter) == (other.classification, other.delimiter)
        return alike and names[0] == names[1]


def parquet_format(file: IO[bytes]) -> Format | None:
    """The format of a Parquet file (seekable); None when it is none."""
    try:
        schema = parquet.read_schema(file)
    except pa.ArrowInvalid:
        return None
    return Format("parquet", tuple((field.name.lower(), hive_type(field.type)) for field in schema))


def text_format(head: bytes, classifiers: Sequence[Mapping[str, Any]]) -> Format | None:
    """The format of a JSON lines or CSV object that begins with `head`, gzipped or not; None for others.

    `classifiers` are Glue's custom CSV classifiers; they are asked before the built-in one.
    """
    compression = "gzip" if head.startswith(b"\x1f\x8b") else "none"
    try:
        lines = _whole_lines(_gunzipped(head) if compression == "gzip" else head)
    except (zlib.error, UnicodeDecodeError):
        return None
    found = _json_columns(lines)
    if found:
        return Format("json", found, compression)
    return _csv_format(lines, compression, classifiers)


def hive_type(kind: pa.DataType) -> str:
    """The type in Hive's words."""
    if pa.types.is_struct(kind):
        fields = (
            f"{kind.field(place).name}:{hive_type(kind.field(place).type)}"
            for place in range(kind.num_fields)
        )
        return f"struct<{','.join(fields)}>"
    if pa.types.is_list(kind):
        return f"array<{hive_type(kind.value_type)}>"
    return next((name for name, test in _TYPES.items() if test(kind)), "string")


_TYPES = {
    "boolean": pa.types.is_boolean,
    "int": pa.types.is_int32,
    "bigint": pa.types.is_integer,
    "float": pa.types.is_float32,
    "double": pa.types.is_floating,
    "date": pa.types.is_date,
    "timestamp": pa.types.is_timestamp,
    "binary": lambda kind: pa.types.is_binary(kind) or pa.types.is_large_binary(kind),
}


def _gunzipped(head: bytes) -> bytes:
    # A decompressobj gives what the first bytes hold; gzip itself would miss the end.
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(head)


def _whole_lines(head: bytes) -> str:
    text = head.decode("utf-8-sig", errors="strict") if head.isascii() else _decoded(head)
    whole, newline, _ = text.rpartition("\n")
    return whole + newline or text


def _decoded(head: bytes) -> str:
    # The last character may be cut in two.
    for cut in range(4):
        try:
            return head[: len(head) - cut].decode("utf-8-sig")
        except UnicodeDecodeError as error:
            last = error
    raise last


def _json_columns(lines: str) -> Columns:
    rows = [line for line in lines.splitlines() if line.strip()]
    if not rows or not rows[0].lstrip().startswith("{"):
        return ()
    try:
        json.loads(rows[0])
        schema = arrow_json.read_json(io.BytesIO("\n".join(rows).encode())).schema
    except (ValueError, pa.ArrowInvalid):
        return ()
    return tuple((field.name.lower(), hive_type(field.type)) for field in schema)


def _csv_format(lines: str, compression: str, classifiers: Sequence[Mapping[str, Any]]) -> Format | None:
    for classifier in classifiers:
        delimiter, quote = classifier.get("Delimiter", ","), classifier.get("QuoteSymbol", '"')
        header = _header(lines, delimiter, quote)
        if header:
            # OpenCSVSerDe, which understands quotes, reads every column as text.
            return Format("csv", tuple((name, "string") for name in header), compression, delimiter, quote)
    return _builtin_csv(lines, compression)


def _builtin_csv(lines: str, compression: str) -> Format | None:
    first = lines.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    header = _header(lines, delimiter, '"')
    if not header or first.count(delimiter) == 0:
        return None
    options = arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    try:
        types = [
            hive_type(kind)
            for kind in arrow_csv.read_csv(io.BytesIO(lines.encode()), parse_options=options).schema.types
        ]
    except pa.ArrowInvalid:
        types = ["string"] * len(header)
    return Format("csv", tuple(zip(header, types, strict=True)), compression, delimiter)


def _header(lines: str, delimiter: str, quote: str) -> list[str]:
    """The names in the first row, as Glue spells columns; none when it cannot be a header."""
    try:
        first = next(csv.reader(io.StringIO(lines), delimiter=delimiter, quotechar=quote), [])
    except csv.Error:
        return []
    names = [name.strip().lower().replace(" ", "_") for name in first]
    return (
        names
        if all(names) and len(set(names)) == len(names) and not any(_number(name) for name in names)
        else []
    )


def _number(name: str) -> bool:
    return name.replace(".", "", 1).lstrip("-").isdigit()
