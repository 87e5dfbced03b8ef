"""How the rows of an upload are read: one source for validation (Lambda) and for the ETL job (Glue).

`glue/etl/records.py` is a link to this file, so that a file cannot mean one thing to the check and another
to the job. It imports nothing but the standard library.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

LONGEST_FIELD = 10_000_000
"""Characters of a field; more is nearly always a quote that is never closed."""
_TWICE = object()


@dataclass(frozen=True)
class Record:
    """One row: its text and its label, "" where it has none."""

    text: str
    label: str


@dataclass(frozen=True)
class Unreadable:
    """Why a row could not be read; `raw` is the row, `fatal` says that the rows after it mean nothing."""

    what: str
    raw: str
    fatal: bool = False


def plain(name: str) -> str:
    """Return a column's name as it is compared: no surrounding blanks, no capitals."""
    return name.strip().lower()


def plain_names(names: Iterable[str]) -> list[str]:
    """Return column names as they are compared; a header may hold a million."""
    return [name.strip().lower() for name in names]


def csv_rows(lines: Iterable[str]) -> Iterator[list[str] | Unreadable]:
    """Split lines, each with its end, into rows of fields (RFC 4180); empty lines are no rows."""
    csv.field_size_limit(LONGEST_FIELD)
    read: list[str] = []
    reader = csv.reader(_remembered(lines, read), strict=True)
    while True:
        read.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _in_words(str(error), "".join(read))
            continue
        if row:
            yield row


def csv_record(row: list[str], width: int, text: int, label: int) -> Record | Unreadable:
    """Return the record of a row, whose text and label stand at these places."""
    if len(row) != width:
        return Unreadable(f"has {len(row)} fields, not {width}", ",".join(row))
    return Record(row[text], row[label])


def json_fields(line: str) -> dict[str, Any] | Unreadable:
    """Return the fields of a line that holds one JSON object, their names in plain spelling."""
    try:
        pairs = _DECODER.decode(line.strip())
    except (ValueError, RecursionError):
        pairs = None
    if not isinstance(pairs, _Pairs):
        return Unreadable("is not a JSON object", line)
    fields: dict[str, Any] = {}
    for name, value in pairs:
        fields[plain(name)] = _TWICE if plain(name) in fields else value
    return fields


def json_record(fields: dict[str, Any] | Unreadable, text: str, label: str, line: str) -> Record | Unreadable:
    """Return the record of a line, given its fields and the plain spelling of two of their names."""
    if isinstance(fields, Unreadable):
        return fields
    for name in (text, label):
        if fields.get(name) is _TWICE:
            return Unreadable(f"has the field {name!r} twice", line)
    held = fields.get(text)
    if not isinstance(held, str | None):
        return Unreadable(f"has a {text!r} that is no string", line)
    if isinstance(fields.get(label), list):  # _Pairs is a list too
        return Unreadable(f"has a {label!r} that is neither a string nor a number", line)
    record = Record(held or "", _label(fields.get(label)))
    if not _encodable(record.text + record.label):
        return Unreadable("holds half a character (a lone surrogate)", line)
    return record


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it is written, repeated names included."""


def _no_number(constant: str) -> float:
    message = f"{constant} is no JSON"
    raise ValueError(message)


_DECODER = json.JSONDecoder(object_pairs_hook=_Pairs, parse_constant=_no_number)


def _label(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _remembered(lines: Iterable[str], read: list[str]) -> Iterator[str]:
    for line in lines:
        read.append(line)
        yield line


def _in_words(error: str, raw: str) -> Unreadable:
    if "unexpected end of data" in error:
        return Unreadable("opens a quote that is never closed", raw, fatal=True)
    if "field larger than field limit" in error:
        what = f"has a field of more than {LONGEST_FIELD:,} characters; a quote is probably never closed"
        return Unreadable(what, raw, fatal=True)
    if "expected after" in error:
        return Unreadable("has text after a closing quote (a quote inside a field is written twice)", raw)
    if "new-line character" in error:
        return Unreadable("holds a carriage return outside quotes; save the file with line feeds", raw)
    return Unreadable(f"cannot be split into fields ({error})", raw)
