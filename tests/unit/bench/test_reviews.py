"""The reviews that the bench measures on."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bench import reviews

FEW = [("Good, <br />really", "Positive"), ("bad", "neg"), ("", "pos"), ("odd", "n/a"), ("bad", "negative")]


def test_more_rows_than_there_are_become_reviews_of_their_own() -> None:
    made = list(reviews.repeated(FEW[:2], 5))
    assert len(made) == len(set(made)) == 5
    assert made[:2] == FEW[:2]
    assert [label for _, label in made] == ["Positive", "neg", "Positive", "neg", "Positive"]


def test_models_get_cleaned_texts_once_with_labels_that_mean_something() -> None:
    assert reviews.labelled(FEW) == {"Good, really": "positive", "bad": "negative"}


def test_a_csv_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = [('He said "no",\nthen left', "pos"), ("plain", "")]
    assert reviews.read(reviews.write_csv(rows, tmp_path / "a.csv")) == rows


def test_ones_own_csv_goes_before_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARQUEE_BENCH_CSV", raising=False)
    assert len(reviews.read(reviews.source(tmp_path, 20))) >= 20
    monkeypatch.setenv("MARQUEE_BENCH_CSV", str(tmp_path / "own.csv"))
    assert reviews.source(tmp_path, 20) == tmp_path / "own.csv"


def test_rows_without_a_sentiment_and_a_file_of_such_are_unlabelled_reviews(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MARQUEE_BENCH_UNLABELLED", raising=False)
    rows = [*FEW, ("so <b>so</b>", ""), ("bad", " ")]
    assert reviews.unlabelled(rows) == ["so so"]
    (tmp_path / "more.csv").write_text("review\nfine\nbad\nso so\n")
    monkeypatch.setenv("MARQUEE_BENCH_UNLABELLED", str(tmp_path / "more.csv"))
    assert reviews.unlabelled(rows) == ["so so", "fine"]


def test_splits_part_the_reviews_and_another_turn_tests_on_others(tmp_path: Path) -> None:
    held = {f"film {number}": ("positive", "negative")[number % 2] for number in range(500)}
    parted = [_texts(reviews.write_splits(held, [], turn, tmp_path / str(turn))) for turn in range(2)]
    for splits in parted:
        assert sorted(text for texts in splits.values() for text in texts) == sorted(held)
        assert 350 < len(splits["train"]) < 450
    assert not set(parted[0]["test"]) & set(parted[1]["test"])


def test_unlabelled_reviews_are_a_channel_without_labels(tmp_path: Path) -> None:
    folder = reviews.write_splits({"good": "positive"}, ["so so"], 0, tmp_path / "channels")
    table = pq.ParquetFile(folder / "unlabelled" / "part-0.parquet").read()
    assert table.to_pylist() == [{"review": "so so", "label": None}]


def _texts(folder: Path) -> dict[str, list[str]]:
    names = ("train", "validation", "test")
    return {
        name: pq.ParquetFile(folder / name / "part-0.parquet").read()["review"].to_pylist() for name in names
    }
