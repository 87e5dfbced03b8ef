"""Checking JSON lines: one object a line."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from marquee.datasets.columns import Columns, column_problems, find_columns
from marquee.datasets.records import Record, json_fields, json_record
from marquee.datasets.tally import Tally

# Lines whose keys are looked at, as many as the ETL job looks at.
_LINES_FOR_KEYS = 1_000

_Numbered = tuple[int, str]


def check_json_lines(lines: Iterator[str], tally: Tally) -> list[str]:
    """Count the rows into the tally; return what is wrong with the file beyond single rows."""
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    head = list(islice(numbered, _LINES_FOR_KEYS))
    if head[0][1].lstrip().startswith("["):
        return ["The file is one JSON array; write one object a line (JSON lines) instead."]
    names = _names(head)
    if problems := column_problems(names) if names else []:
        return problems
    columns = find_columns(names)
    tally.rated = columns.rated
    _count(chain(head, numbered), columns, tally)
    return []


def _names(head: Iterable[_Numbered]) -> list[str]:
    held = (json_fields(line) for _, line in head)
    return list(dict.fromkeys(name for fields in held if isinstance(fields, dict) for name in fields))


def _count(numbered: Iterable[_Numbered], columns: Columns, tally: Tally) -> None:
    for number, line in numbered:
        record = json_record(json_fields(line), columns.text, columns.label, line)
        if isinstance(record, Record):
            tally.add(number, record.text, record.label)
        else:
            tally.add_malformed(number, record.what)
