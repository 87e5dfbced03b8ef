"""What the labels of an upload mean (docs/architecture.md, "Upload"; the ETL job maps them)."""

from collections import Counter
from collections.abc import Callable, Mapping

SPELLINGS = {
    **dict.fromkeys(("positive", "pos", "1"), "positive"),
    **dict.fromkeys(("negative", "neg", "0"), "negative"),
}
# A label held by fewer of the labelled rows than this is unknown beside sentiment spellings.
FREQUENT_SHARE = 0.05
# Ratings go to 10, not to 5, when at least this share of them is above 5.
HIGH_RATING_SHARE = 0.01
_MOST_UNKNOWN_SHARE = 0.01
MOST_LABELS = 100
# A label is a word: every label is written into each answer, and into the ledger's 400 kB items.
LONGEST_LABEL = 100
NEUTRAL = ""

Meaning = Callable[[str], str | None]


def label_problems(
    counts: Counter[str], first_rows: Mapping[str, int], rated: bool, minimum_rows: int | None
) -> list[str]:
    """Return what is wrong with the labels as spelled.

    `minimum_rows` is None if the file was not read to its end, so that rows cannot be missed.
    """
    meaning = _meaning(counts, rated)
    known: Counter[str] = Counter()
    unknown = []
    for spelled, rows in counts.items():
        label = meaning(spelled)
        if label is None:
            unknown.append(spelled)
        elif label != NEUTRAL:
            known[label] += rows
    return [
        *_long(counts, first_rows),
        *_unknown(unknown, counts, first_rows),
        *_classes(known),
        *_rows(known.total(), minimum_rows),
    ]


def _long(counts: Counter[str], first_rows: Mapping[str, int]) -> list[str]:
    spelled = max(counts, key=len, default="")
    if len(spelled) <= LONGEST_LABEL:
        return []
    where = f"The label of row {first_rows[spelled]} has {len(spelled):,} characters"
    return [f"{where}; at most {LONGEST_LABEL} may be: is it the right column?"]


def _unknown(unknown: list[str], counts: Counter[str], first_rows: Mapping[str, int]) -> list[str]:
    rows = sum(counts[spelled] for spelled in unknown)
    if rows <= _MOST_UNKNOWN_SHARE * counts.total():
        return []
    shown = ", ".join(f"{spelled[:40]!r} (first in row {first_rows[spelled]})" for spelled in unknown[:5])
    more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
    return [f"{rows:,} of {counts.total():,} labelled rows hold an unknown label: {shown}{more}."]


def _classes(known: Counter[str]) -> list[str]:
    if len(known) > MOST_LABELS:
        return [f"The label column holds more than {MOST_LABELS} different labels: is it the right column?"]
    if len(known) == 1:
        return [
            f"Every labelled row is {next(iter(known))[:40]!r}; a model needs at least two different labels."
        ]
    return []


def _rows(labelled: int, minimum_rows: int | None) -> list[str]:
    if minimum_rows is None or labelled >= minimum_rows:
        return []
    return [f"Rows with a text and a label: {labelled:,}; at least {minimum_rows:,} are needed."]


def _meaning(counts: Counter[str], rated: bool) -> Meaning:
    if rated:
        high = sum(rows for spelled, rows in counts.items() if (_rating(spelled) or 0) > 5)
        return _of_ten if high >= HIGH_RATING_SHARE * max(1, counts.total()) else _of_five
    frequent = [spelled for spelled, rows in counts.items() if rows >= FREQUENT_SHARE * counts.total()]
    if frequent and all(_plain(spelled) in SPELLINGS for spelled in frequent):
        return lambda spelled: SPELLINGS.get(_plain(spelled))
    return str.lower


def _of_five(spelled: str) -> str | None:
    return _rated(spelled, highest_negative=2, lowest_positive=4, most=5)


def _of_ten(spelled: str) -> str | None:
    return _rated(spelled, highest_negative=4, lowest_positive=7, most=10)


def _rated(spelled: str, highest_negative: float, lowest_positive: float, most: float) -> str | None:
    value = _rating(spelled)
    if value is None or not 0 <= value <= most:
        return None
    if value <= highest_negative:
        return "negative"
    return "positive" if value >= lowest_positive else NEUTRAL


def _rating(spelled: str) -> float | None:
    try:
        return float(spelled)
    except ValueError:
        return None


def _plain(spelled: str) -> str:
    # A column of 0, 1 and nothing is a column of 0.0, 1.0 and NaN to the tools that write CSV.
    return spelled.lower().removesuffix(".0")
