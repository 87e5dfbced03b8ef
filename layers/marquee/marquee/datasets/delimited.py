"""Checking a CSV: header, separators, quotes, rows."""

from collections.abc import Iterator

from marquee.datasets.columns import column_problems, find_columns
from marquee.datasets.records import Record, Unreadable, csv_record, csv_rows, plain_names
from marquee.datasets.tally import Tally

# Lines within one field that end in a label: a poem has none of them, a quote closed too late has many.
_MOST_SWALLOWED = 2
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def check_csv(lines: Iterator[str], tally: Tally) -> list[str]:
    """Count the rows into the tally; return what is wrong with the file beyond single rows."""
    rows = csv_rows(lines)
    header = next(rows, [])
    if isinstance(header, Unreadable):
        return [f"The header {header.what}."]
    columns = find_columns(header)
    problems = column_problems(header)
    if problems:
        return problems if columns.found else _separator_problem(header) or problems
    compared = plain_names(header)
    tally.rated = columns.rated
    return _count(rows, len(header), compared.index(columns.text), compared.index(columns.label), tally)


def _count(
    rows: Iterator[list[str] | Unreadable], width: int, text: int, label: int, tally: Tally
) -> list[str]:
    for number, row in enumerate(rows, start=2):
        record = row if isinstance(row, Unreadable) else csv_record(row, width, text, label)
        if isinstance(record, Record):
            if "\n" in record.text and (swallowed := _swallowed(record.text, width, label, tally)):
                return [
                    f"Row {number} holds {swallowed:,} rows: a quote is opened there and closed too late."
                ]
            tally.add(number, record.text, record.label)
        elif record.fatal:
            return [f"Row {number} {record.what}."]
        else:
            tally.add_malformed(number, record.what)
    return []


def _swallowed(text: str, width: int, label: int, tally: Tally) -> int:
    rows = (line.split(",") for line in text.split("\n"))
    alike = sum(1 for row in rows if len(row) == width and row[label].strip() in tally.spellings)
    return alike if alike > _MOST_SWALLOWED else 0


def _separator_problem(header: list[str]) -> list[str]:
    for separator, name in _SEPARATORS.items():
        names = ",".join(header).split(separator)
        if len(names) > 1 and find_columns(part.strip('"') for part in names).found:
            return [f"The columns seem to be separated by {name}; save the file with commas."]
    return []
