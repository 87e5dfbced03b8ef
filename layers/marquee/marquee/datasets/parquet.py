"""Checking a Parquet file by its footer alone; the numbers are those of parquet-format's parquet.thrift."""

from marquee.datasets.columns import Columns, column_problems, find_columns
from marquee.datasets.parquet_footer import Column, Footer, Range, read_footer
from marquee.datasets.records import plain
from marquee.datasets.thrift import ThriftError

_BYTE_ARRAY = 6
# BOOLEAN, INT32, INT64, FLOAT, DOUBLE
_NUMBERS = (0, 1, 2, 4, 5)
# ConvertedType: UTF8, ENUM, JSON; LogicalType: STRING, ENUM, JSON
_TEXT_MEANINGS = ((0, 4, 19), (1, 4, 12))
# ConvertedType: UINT_8, UINT_16, INT_8, INT_16, INT_32, INT_64; LogicalType: INTEGER
_NUMBER_MEANINGS = ((11, 12, 15, 16, 17, 18), (10,))
# What Spark 3.5 reads without a native library: UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4_RAW.
_READ_CODECS = (0, 1, 2, 6, 7)
_CODECS = {3: "LZO", 4: "Brotli", 5: "LZ4 in Hadoop's frames"}
_BYTE_STREAM_SPLIT = 9
# UUID is the last LogicalType of the Parquet library in Spark 3.5 (1.13): at FLOAT16 it fails on the footer.
_LAST_KNOWN = 14


def check_parquet(size: int, read: Range, minimum_rows: int) -> list[str]:
    """Return what is wrong with a file of `size` bytes; `read` gives the bytes from start to end."""
    try:
        footer = read_footer(size, read)
    except ThriftError as error:
        return [f"The Parquet file is damaged or cut off ({error}); upload it again."]
    if footer.encrypted:
        return ["The Parquet file is encrypted; upload it without encryption."]
    names = [column.name for column in footer.columns]
    columns = find_columns(names)
    problems = [
        *column_problems(names),
        *_type_problems(footer, columns),
        *_packing_problems(footer, columns),
    ]
    if footer.rows < minimum_rows:
        problems.append(f"Rows: {footer.rows:,}; at least {minimum_rows:,} are needed.")
    return problems


def _type_problems(footer: Footer, columns: Columns) -> list[str]:
    wrong = []
    for column in footer.columns:
        name = column.name[:40]
        if (column.logical or 0) > _LAST_KNOWN:
            wrong.append(f"The column {name!r} is of a type that Spark does not know; leave it out.")
        if plain(column.name) == columns.text and not _is_text(column):
            wrong.append(f"The text column {name!r} holds no strings.")
        if plain(column.name) == columns.label and not (_is_text(column) or _is_number(column)):
            wrong.append(f"The label column {name!r} holds neither strings nor plain numbers.")
    return wrong


def _is_text(column: Column) -> bool:
    return column.kind == _BYTE_ARRAY and _means(column, *_TEXT_MEANINGS)


def _is_number(column: Column) -> bool:
    return column.kind in _NUMBERS and _means(column, *_NUMBER_MEANINGS)


def _means(column: Column, converted: tuple[int, ...], logical: tuple[int, ...]) -> bool:
    # A writer may give either, both or none; none is the bare physical type.
    return column.converted in (None, *converted) and column.logical in (None, *logical)


def _packing_problems(footer: Footer, columns: Columns) -> list[str]:
    wanted = (columns.text, columns.label)
    codecs = {codec for name, codec in footer.codecs if plain(name) in wanted}
    encodings = {encoding for name, encoding in footer.encodings if plain(name) in wanted}
    problems = [
        f"The file is packed with {_CODECS.get(codec, f'codec {codec}')}; write it with Snappy, gzip, "
        "Zstandard or none."
        for codec in sorted(codecs - set(_READ_CODECS))
    ]
    if _BYTE_STREAM_SPLIT in encodings:
        problems.append("The encoding BYTE_STREAM_SPLIT cannot be read; write the file without it.")
    return problems
