"""The rules a dataset must keep before anything is trained on it."""

from dataclasses import asdict, dataclass

from etl.errors import DatasetRefused
from etl.tally import Tally

MOST_EMPTY = 0.2
MOST_DUPLICATE = 0.5
MOST_CONFLICTING = 0.1
MOST_UNREADABLE = 0.01
MOST_UNKNOWN_LABEL = 0.01
LEAST_LABELS = 2
LEAST_BALANCE = 0.02
LEAST_MEAN_LENGTH = 10


@dataclass(frozen=True)
class Rule:
    """One rule and how a dataset did: `sentence` says so to the owner of the upload."""

    name: str
    value: float
    limit: float
    passed: bool
    sentence: str


def quality_rules(tally: Tally, minimum_rows: int) -> list[Rule]:
    """Every rule, kept or broken, the most telling first."""
    return [
        _minimum_rows(tally, minimum_rows),
        _labels(tally),
        _split_labels(tally),
        _balance(tally),
        _unknown_label_share(tally),
        _share(tally, "NullShare", ("empty_text",), MOST_EMPTY, "have no text"),
        _share(
            tally, "DuplicateShare", ("duplicate", "near_duplicate"), MOST_DUPLICATE, "repeat another row"
        ),
        _share(
            tally,
            "ConflictShare",
            ("conflicting_label",),
            MOST_CONFLICTING,
            "hold a text that has other labels too",
        ),
        _share(
            tally, "UnreadableShare", ("malformed_row", "invalid_utf8"), MOST_UNREADABLE, "cannot be read"
        ),
        _mean_length(tally),
    ]


def quality_report(rules: list[Rule]) -> dict[str, object]:
    """quality.json (docs/architecture.md, "Glue job")."""
    return {"passed": all(rule.passed for rule in rules), "rules": [asdict(rule) for rule in rules]}


def check_quality(rules: list[Rule]) -> None:
    """Raise DatasetRefused with the sentence of every broken rule."""
    broken = [rule.sentence for rule in rules if not rule.passed]
    if broken:
        raise DatasetRefused(" ".join(broken))


def _rule(name: str, value: float, limit: float, passed: bool, sentence: str) -> Rule:
    return Rule(name, value, limit, passed, f"{sentence} ({name}).")


def _minimum_rows(tally: Tally, minimum: int) -> Rule:
    rows = sum(tally.labels.values())
    passed = rows >= minimum
    only, are = ("", "wanted") if passed else ("Only ", "needed")
    sentence = f"{only}{rows:,} labelled rows are left after cleaning; at least {minimum:,} are {are}"
    return _rule("MinimumRows", rows, minimum, passed, sentence)


def _labels(tally: Tally) -> Rule:
    number = len(tally.labels)
    held = ", ".join(tally.labels) or "none"
    sentence = f"The labels left after cleaning are {number} ({held}); at least {LEAST_LABELS} are needed"
    return _rule("MinimumLabels", number, LEAST_LABELS, number >= LEAST_LABELS, sentence)


def _split_labels(tally: Tally) -> Rule:
    held = {
        split: sum(1 for s, label in tally.kept if s == split and label)
        for split in ("train", "validation", "test")
    }
    split = min(held, key=lambda name: held[name])
    sentence = f"The {split} split holds {held[split]} different labels; at least {LEAST_LABELS} are needed"
    return _rule("SplitLabels", held[split], LEAST_LABELS, held[split] >= LEAST_LABELS, sentence)


def _balance(tally: Tally) -> Rule:
    counts = tally.labels
    rarest = min(counts, key=lambda label: counts[label], default="")
    value = counts[rarest] / max(counts.values()) if counts else 0.0
    sentence = (
        f"The rarest label ({rarest or 'none'}) has {value:.1%} as many rows as the most frequent one; "
        f"at least {LEAST_BALANCE:.0%} is needed"
    )
    return _rule("LabelBalance", round(value, 6), LEAST_BALANCE, value >= LEAST_BALANCE, sentence)


def _unknown_label_share(tally: Tally) -> Rule:
    value = tally.refused["unknown_label"] / max(1, tally.labelled_in)
    sentence = f"{value:.1%} of the labelled rows hold an unknown label; at most {MOST_UNKNOWN_LABEL:.0%} may"
    return _rule(
        "UnknownLabelShare", round(value, 6), MOST_UNKNOWN_LABEL, value <= MOST_UNKNOWN_LABEL, sentence
    )


def _share(tally: Tally, name: str, reasons: tuple[str, ...], limit: float, what: str) -> Rule:
    value = sum(tally.refused[reason] for reason in reasons) / max(1, tally.rows_in)
    return _rule(
        name,
        round(value, 6),
        limit,
        value <= limit,
        f"{value:.1%} of the rows {what}; at most {limit:.0%} may",
    )


def _mean_length(tally: Tally) -> Rule:
    value = tally.characters / max(1, tally.kept.total())
    sentence = (
        f"The texts are {value:.0f} characters long on average; at least {LEAST_MEAN_LENGTH} are needed"
    )
    return _rule("MeanLength", round(value, 2), LEAST_MEAN_LENGTH, value >= LEAST_MEAN_LENGTH, sentence)
