"""The sample: the same bytes for a seed, the dirt of real exports, and learnable but not trivial."""

import csv
import html
import re
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from cli.commands.demo import REVIEWS
from cli.sample import write_sample

KNOWN = {"positive": 1, "pos": 1, "1": 1, "negative": 0, "neg": 0, "0": 0}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    path = tmp_path_factory.mktemp("sample") / "sample.csv"
    count = write_sample(path)
    with path.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert len(read) == count
    return read


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again, other = (tmp_path / name for name in ("first.csv", "again.csv", "other.csv"))

    write_sample(first, rows=200, seed=3)
    write_sample(again, rows=200, seed=3)
    write_sample(other, rows=200, seed=4)

    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("dirt", ["<br />", "&quot;", "&amp;", '"', "\n", "\u00a0", "<i>", "👎"])
def test_it_holds_the_dirt_of_exports(rows: list[dict[str, str]], dirt: str) -> None:
    assert sum(dirt in row["review"] for row in rows) >= 3


def test_labels_are_spelt_in_many_ways_and_a_few_are_unknown(rows: list[dict[str, str]]) -> None:
    spellings = {row["sentiment"] for row in rows}
    unknown = [label for label in spellings if label.strip() and label.strip().lower() not in KNOWN]
    rows_of_unknown = sum(row["sentiment"] in unknown for row in rows)

    assert {"positive", "POSITIVE", "pos", "1", "negative", "neg", "0"} <= spellings
    assert 0 < rows_of_unknown < 0.01 * len(rows)


def test_some_rows_are_empty_unlabelled_or_repeated(rows: list[dict[str, str]]) -> None:
    texts = [row["review"] for row in rows]

    assert sum(not text.strip() for text in texts) >= 3
    assert sum(bool(row["review"].strip()) and not row["sentiment"] for row in rows) >= 3
    assert len(set(texts)) <= len(texts) - 3


def test_it_holds_none_of_the_reviews_the_demo_asks_about(rows: list[dict[str, str]]) -> None:
    everything = " ".join(_clean(row["review"]).lower() for row in rows)

    assert not [review for review in REVIEWS if review.lower().rstrip("!") in everything]


def test_a_model_learns_it_but_not_perfectly(rows: list[dict[str, str]]) -> None:
    pairs = {_clean(row["review"]).lower(): KNOWN.get(row["sentiment"].strip().lower()) for row in rows}
    known = [(text, label) for text, label in pairs.items() if text and label is not None]
    train, test = known[:-400], known[-400:]

    vectorizer = CountVectorizer(ngram_range=(1, 2), binary=True)
    model = LogisticRegression(C=0.1, max_iter=500).fit(
        vectorizer.fit_transform(text for text, _ in train), [label for _, label in train]
    )
    accuracy = model.score(vectorizer.transform(text for text, _ in test), [label for _, label in test])

    assert 0.85 < accuracy < 0.97


def test_a_sample_too_small_to_hold_all_dirt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 10 rows"):
        write_sample(tmp_path / "tiny.csv", rows=3)


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.unescape(text))).strip()
