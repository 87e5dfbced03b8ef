from collections import Counter
from typing import Any

import pytest

from etl.errors import DatasetRefused
from etl.quality import check_quality, quality_report, quality_rules
from etl.tally import Tally

SPLITS = {"train": 80, "validation": 10, "test": 10}


def _tally(refused: dict[str, int] | None = None, characters: int = 50_000, **labels: int) -> Tally:
    """As many percent of every label in each split as SPLITS says."""
    kept = {
        (split, label): rows * share // 100
        for label, rows in labels.items()
        for split, share in SPLITS.items()
    }
    out = Counter(refused or {})
    labelled = sum(kept.values()) + out["unknown_label"]
    return Tally(Counter(kept), out, labelled, characters, "sha256:0")


def test_a_good_dataset_keeps_every_rule() -> None:
    rules = quality_rules(_tally(positive=500, negative=500), minimum_rows=100)
    check_quality(rules)
    report: dict[str, Any] = quality_report(rules)
    assert report["passed"] is True
    assert {rule["name"] for rule in report["rules"]} >= {"MinimumRows", "LabelBalance", "DuplicateShare"}
    assert set(report["rules"][0]) == {"name", "value", "limit", "passed", "sentence"}


@pytest.mark.parametrize(
    ("tally", "sentence"),
    [
        (
            _tally(positive=40, negative=40),
            "Only 80 labelled rows are left after cleaning; at least 100 are needed (MinimumRows).",
        ),
        (
            _tally(positive=500),
            "The labels left after cleaning are 1 (positive); at least 2 are needed (MinimumLabels).",
        ),
        (
            _tally(positive=10_000, negative=100),
            "The rarest label (negative) has 1.0% as many rows as the most frequent one; "
            "at least 2% is needed (LabelBalance).",
        ),
        (
            _tally({"unknown_label": 20}, positive=500, negative=480),
            "2.0% of the labelled rows hold an unknown label; at most 1% may (UnknownLabelShare).",
        ),
        (
            _tally({"empty_text": 1000}, positive=500, negative=500),
            "50.0% of the rows have no text; at most 20% may (NullShare).",
        ),
        (
            _tally({"duplicate": 1500, "near_duplicate": 500}, positive=500, negative=500),
            "66.7% of the rows repeat another row; at most 50% may (DuplicateShare).",
        ),
        (
            _tally({"malformed_row": 30}, positive=500, negative=500),
            "2.9% of the rows cannot be read; at most 1% may (UnreadableShare).",
        ),
        (
            _tally(positive=500, negative=500, characters=3000),
            "The texts are 3 characters long on average; at least 10 are needed (MeanLength).",
        ),
    ],
)
def test_a_broken_rule_says_the_figure_that_broke(tally: Tally, sentence: str) -> None:
    with pytest.raises(DatasetRefused) as refusal:
        check_quality(quality_rules(tally, minimum_rows=100))
    assert sentence in str(refusal.value)


def test_a_split_without_a_second_label_is_refused() -> None:
    kept = {
        ("train", "a"): 90,
        ("train", "b"): 90,
        ("validation", "a"): 10,
        ("test", "a"): 5,
        ("test", "b"): 5,
    }
    tally = Tally(Counter(kept), Counter(), 200, 50_000, "sha256:0")
    with pytest.raises(DatasetRefused, match="The validation split holds 1 different labels"):
        check_quality(quality_rules(tally, minimum_rows=100))


def test_unlabelled_rows_are_no_labelled_ones() -> None:
    tally = Tally(Counter({("unlabelled", ""): 500, ("train", "a"): 5}), Counter(), 5, 50_000, "sha256:0")
    assert tally.rows_out == {"train": 5, "validation": 0, "test": 0, "unlabelled": 500}
    with pytest.raises(DatasetRefused, match="Only 5 labelled rows"):
        check_quality(quality_rules(tally, minimum_rows=100))
