"""JSON lines as rows of text: the first line's fields are the columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from marquee.batches.problems import Problems, RefusedBatch


def read_json_rows(lines: Iterable[str], problems: Problems) -> tuple[list[str], Iterator[list[str]]]:
    """Return the columns and the rows; a line that is no such object goes to `problems`."""
    objects = _objects(lines, problems)
    first = next(objects, None)
    problems.check()
    if first is None:
        raise RefusedBatch(["the file is empty"])
    columns = list(first[1])
    return columns, _rows(first, objects, columns, problems)


def _objects(lines: Iterable[str], problems: Problems) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.add(f"line {number} is not JSON ({error})")
            continue
        if isinstance(content, dict):
            yield number, content
        else:
            problems.add(f"line {number} is no JSON object")


def _rows(
    first: tuple[int, dict[str, Any]],
    others: Iterator[tuple[int, dict[str, Any]]],
    columns: list[str],
    problems: Problems,
) -> Iterator[list[str]]:
    yield [_cell(first[1][column]) for column in columns]
    known = set(columns)
    for number, content in others:
        unknown = content.keys() - known
        if unknown:
            names = ", ".join(sorted(name[:40] for name in unknown))
            problems.add(f"line {number} has fields that the first line lacks: {names}")
        yield [_cell(content.get(column)) for column in columns]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
