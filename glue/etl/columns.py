"""Which columns of an upload hold the text and the label."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from etl.errors import DatasetRefused

TEXT_COLUMNS = ("review", "text", "content", "comment", "body")
LABEL_COLUMNS = ("sentiment", "label", "polarity")
RATING_COLUMNS = ("rating", "stars", "score")


@dataclass(frozen=True)
class UploadColumns:
    """Names as the upload spells them; `rated` when the label is made of a rating."""

    text: str
    label: str
    rated: bool


def find_columns(names: Sequence[str]) -> UploadColumns:
    """The text and label columns among `names`, without regard to case and surrounding blanks.

    Where several fit, the first in the lists above is taken; a label goes before a rating.
    """
    spelled = {name.strip().lower(): name for name in reversed(names)}
    text = _first(spelled, TEXT_COLUMNS)
    label = _first(spelled, LABEL_COLUMNS)
    rating = _first(spelled, RATING_COLUMNS)
    if text is None or (label is None and rating is None):
        raise DatasetRefused(" ".join(_problems(names, text, label or rating)))
    return UploadColumns(text, label or rating or "", rated=label is None)


def _first(spelled: dict[str, str], wanted: Iterable[str]) -> str | None:
    return next((spelled[name] for name in wanted if name in spelled), None)


def _problems(names: Sequence[str], text: str | None, label: str | None) -> list[str]:
    held = f"the columns are {', '.join(names) or 'none'}."
    problems = []
    if text is None:
        problems.append(f"No text column ({', '.join(TEXT_COLUMNS)}) was found: {held}")
    if label is None:
        wanted = ", ".join((*LABEL_COLUMNS, *RATING_COLUMNS))
        problems.append(f"No label column ({wanted}) was found: {held}")
    return problems
