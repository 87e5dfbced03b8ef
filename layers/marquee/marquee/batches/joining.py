"""The finished CSV: the rows as they came, with what the model said about each."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from marquee.batches.sheets import Sheet

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BrokenPredictions(Exception):
    """The transform job's output does not fit the rows; says where."""


class TextSink(Protocol):
    """Something that text can be written to."""

    def write(self, text: str, /) -> object:
        """Append text."""
        ...


def join(sheet: Sheet, predictions: Iterable[bytes], sink: TextSink) -> Counter[str]:
    """Write rows with their predictions and return how many got which label; one without a text gets none.

    BrokenPredictions unless rows and predictions fit one to one, in order.
    """
    answers = _answers(predictions)
    writer = csv.writer(sink)
    labels: list[str] = []
    given: Counter[str] = Counter()
    number = 0
    for number, row in enumerate(sheet.rows, start=1):
        answer = _answer_of(number, next(answers, None))
        if number == 1:
            labels = list(answer["scores"])
            sink.write(_BOM if sheet.has_bom else "")
            writer.writerow([*_own(sheet, sheet.columns), *_added_columns(sheet.columns, labels)])
        added = _added(number, answer, labels)
        if row[sheet.text_at].strip():
            given[answer["label"]] += 1
        else:
            added = [""] * len(added)  # a model's answer to no text says nothing
        writer.writerow([*_own(sheet, row), *added])
    if next(answers, None) is not None:
        message = f"there are more predictions than the {number:,} rows of the file"
        raise BrokenPredictions(message)
    sheet.problems.check()
    return given


def _answers(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
            yield {key: content[key] for key in ("id", "label", "confidence", "scores")}
        except (ValueError, TypeError, KeyError) as error:
            message = f"line {number} of the predictions cannot be read ({error!r})"
            raise BrokenPredictions(message) from error


def _answer_of(number: int, answer: dict[str, Any] | None) -> dict[str, Any]:
    if answer is None:
        message = f"the predictions end before row {number:,}"
        raise BrokenPredictions(message)
    if answer["id"] != str(number):
        message = f"the prediction for row {number:,} is about row {answer['id']}"
        raise BrokenPredictions(message)
    return answer


def _added_columns(columns: list[str], labels: list[str]) -> list[str]:
    taken = {column.strip().lower() for column in columns}
    return [_free(name, taken) for name in ("label", "confidence", *(f"score_{label}" for label in labels))]


def _free(name: str, taken: set[str]) -> str:
    while name.lower() in taken:
        name = f"predicted_{name}"
    return name


def _added(number: int, answer: dict[str, Any], labels: list[str]) -> list[object]:
    if list(answer["scores"]) != labels:
        message = f"row {number:,} has scores for other labels than the rows before it"
        raise BrokenPredictions(message)
    return [_harmless(answer["label"]), answer["confidence"], *answer["scores"].values()]


def _own(sheet: Sheet, cells: list[str]) -> list[str]:
    """Return cells of the file itself: as they were in a CSV, made harmless where ours is the first."""
    return cells if sheet.is_table else [_harmless(cell) for cell in cells]


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula (OWASP, "CSV Injection")."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _is_number(cell) else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
