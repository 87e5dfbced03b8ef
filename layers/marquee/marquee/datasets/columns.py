"""Which columns of an upload hold the text and the label (docs/architecture.md, "Upload").

`glue/etl/columns.py` is a link to this file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .records import plain_names

TEXT_COLUMNS = ("review", "text", "content", "comment", "body")
LABEL_COLUMNS = ("sentiment", "label", "polarity")
RATING_COLUMNS = ("rating", "stars", "score")
_SHOWN_COLUMNS = 20
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Columns:
    """The columns found, in plain spelling; "" where none was."""

    text: str
    label: str

    @property
    def found(self) -> bool:
        """Whether rows can be read."""
        return bool(self.text and self.label)

    @property
    def rated(self) -> bool:
        """Whether the label is made of a rating."""
        return self.label in RATING_COLUMNS


def find_columns(names: Iterable[str]) -> Columns:
    """Return the text and the label column; a label goes before a rating."""
    held = set(plain_names(names))
    return Columns(_first(held, TEXT_COLUMNS), _first(held, (*LABEL_COLUMNS, *RATING_COLUMNS)))


def column_problems(names: Sequence[str]) -> list[str]:
    """Return what is wrong with a header, in words."""
    columns = find_columns(names)
    held = f"the columns are {_shown(names)}."
    problems = []
    if not columns.text:
        problems.append(f"There is no text column (one of {', '.join(TEXT_COLUMNS)}): {held}")
    if not columns.label:
        wanted = ", ".join((*LABEL_COLUMNS, *RATING_COLUMNS))
        problems.append(f"There is no label column (one of {wanted}): {held}")
    compared = plain_names(names)
    for name in (columns.text, columns.label):
        if name and compared.count(name) > 1:
            problems.append(f"The column {name!r} is there {compared.count(name)} times; keep one of them.")
    return problems


def _shown(names: Sequence[str]) -> str:
    shown = [repr(name[:_SHOWN_CHARACTERS]) for name in names[:_SHOWN_COLUMNS]]
    more = f" and {len(names) - _SHOWN_COLUMNS:,} more" if len(names) > _SHOWN_COLUMNS else ""
    return f"{', '.join(shown)}{more}" if shown else "none"


def _first(held: set[str], wanted: Iterable[str]) -> str:
    return next((name for name in wanted if name in held), "")
