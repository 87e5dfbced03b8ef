"""Checking a CSV: header, separators, quotes, rows."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from marquee.datasets.columns import column_problems, find_columns, plain
from marquee.datasets.tally import Tally

# The longest field the ETL job reads, in characters.
_LONGEST_FIELD = 10_000_000
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True)
class _Unreadable:
    """Why a row could not be split into fields; `fatal` if the rows after it mean nothing."""

    what: str
    fatal: bool = False


def check_csv(lines: Iterator[str], tally: Tally) -> list[str]:
    """Count the rows into the tally; return what is wrong with the file beyond single rows."""
    csv.field_size_limit(_LONGEST_FIELD)
    rows = _rows(lines)
    header = next(rows, [])
    if isinstance(header, _Unreadable):
        return [f"The header {header.what}."]
    problems = _separator_problem(header) or column_problems(header)
    columns = find_columns(header)
    if problems or not columns.found:
        return problems
    compared = [plain(name) for name in header]
    tally.rated = columns.rated
    return _count(rows, len(header), compared.index(columns.text), compared.index(columns.label), tally)


def _count(
    rows: Iterator[list[str] | _Unreadable], width: int, text: int, label: int, tally: Tally
) -> list[str]:
    for number, row in enumerate(rows, start=2):
        if isinstance(row, _Unreadable):
            if row.fatal:
                return [f"Row {number} {row.what}."]
            tally.add_malformed(number, row.what)
        elif len(row) == width:
            tally.add(number, row[text], row[label])
        elif row:
            tally.add_malformed(number, f"has {len(row)} fields, not {width}")
    return []


def _rows(lines: Iterator[str]) -> Iterator[list[str] | _Unreadable]:
    reader = csv.reader(lines, strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _in_words(str(error))


def _in_words(error: str) -> _Unreadable:
    if "unexpected end of data" in error:
        return _Unreadable("opens a quote that is never closed", fatal=True)
    if "field larger than field limit" in error:
        what = f"has a field of more than {_LONGEST_FIELD:,} characters; a quote is probably never closed"
        return _Unreadable(what, fatal=True)
    if "expected after" in error:
        return _Unreadable("has text after a closing quote (a quote inside a field is written twice)")
    if "new-line character" in error:
        return _Unreadable("holds a carriage return outside quotes; save the file with line feeds")
    return _Unreadable(f"cannot be split into fields ({error})")


def _separator_problem(header: list[str]) -> list[str]:
    if len(header) != 1:
        return []
    for separator, name in _SEPARATORS.items():
        names = header[0].split(separator)
        if len(names) > 1 and find_columns(name.strip('"') for name in names).found:
            return [f"The columns seem to be separated by {name}; save the file with commas."]
    return []
