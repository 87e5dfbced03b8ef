"""Checking JSON lines: one object a line."""

import json
from collections.abc import Iterator
from typing import Any

from marquee.datasets.columns import Columns, column_problems, find_columns, plain
from marquee.datasets.tally import Tally

# Lines whose keys are looked at, as many as the ETL job looks at.
_LINES_FOR_KEYS = 1_000


def check_json_lines(lines: Iterator[str], tally: Tally) -> list[str]:
    """Count the rows into the tally; return what is wrong with the file beyond single rows."""
    keys: dict[str, None] = {}
    columns = Columns("", "")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if number == 1 and line.lstrip().startswith("["):
            return ["The file is one JSON array; write one object a line (JSON lines) instead."]
        record = _record(line)
        if record is None:
            tally.add_malformed(number, "is not a JSON object")
            continue
        if number <= _LINES_FOR_KEYS and not record.keys() <= keys.keys():
            keys.update(dict.fromkeys(record))
            columns = find_columns(keys)
        tally.add(number, _text(record, columns.text), _text(record, columns.label))
    tally.rated = columns.rated
    return column_problems(list(keys)) if keys else []


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return {plain(key): value for key, value in record.items()} if isinstance(record, dict) else None


def _text(record: dict[str, Any], column: str) -> str:
    value = record.get(column)
    return "" if value is None else str(value)
