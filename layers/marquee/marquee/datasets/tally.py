"""Counting the rows of an upload, with bounded memory however large it is."""

from collections import Counter
from dataclasses import dataclass, field

from marquee.datasets.labels import label_problems

# The same share of unreadable rows that the ETL job sets aside without refusing the dataset.
_MOST_MALFORMED_SHARE = 0.01
_SHOWN = 5
_MOST_SPELLINGS = 1_000
# Rows that are counted: seconds at a Lambda function's third of a core. The ETL job reads them all.
_SAMPLE_ROWS = 300_000


class SampleEnded(Exception):
    """Enough was read to judge the file by it."""


@dataclass
class Tally:
    """What the rows hold; row numbers are a spreadsheet's, so that a CSV's header is row 1."""

    rated: bool = False
    rows: int = 0
    spellings: Counter[str] = field(default_factory=Counter)
    first_rows: dict[str, int] = field(default_factory=dict)
    malformed: int = 0
    shown: list[str] = field(default_factory=list)

    def add(self, row: int, text: str, label: str) -> None:
        """Count one row; rows without a text or without a label teach nothing about labels."""
        self._count()
        label = label.strip()
        if not label or not text.strip():
            return
        if label not in self.first_rows and len(self.first_rows) < _MOST_SPELLINGS:
            self.first_rows[label] = row
        if label in self.first_rows:
            self.spellings[label] += 1

    def add_malformed(self, row: int, what: str) -> None:
        """Count a row that cannot be read."""
        self._count()
        self.malformed += 1
        if len(self.shown) < _SHOWN:
            self.shown.append(f"row {row} {what}")

    def _count(self) -> None:
        if self.rows >= _SAMPLE_ROWS:
            raise SampleEnded
        self.rows += 1

    def problems(self, minimum_rows: int | None) -> list[str]:
        """Return what is wrong, in words; `minimum_rows` is None if the file was not read to its end."""
        if not self.rows:
            return ["There are no rows after the header."]
        return [
            *self._malformed_problems(),
            *label_problems(self.spellings, self.first_rows, self.rated, minimum_rows),
        ]

    def _malformed_problems(self) -> list[str]:
        if self.malformed <= _MOST_MALFORMED_SHARE * self.rows:
            return []
        more = f"; and {self.malformed - _SHOWN:,} more" if self.malformed > _SHOWN else ""
        return [f"{self.malformed:,} of {self.rows:,} rows cannot be read: {'; '.join(self.shown)}{more}."]
