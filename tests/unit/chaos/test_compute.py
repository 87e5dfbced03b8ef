"""Fast compute does its work: its outputs follow from its inputs, and keep the contracts."""

from pathlib import Path

import pytest

from archive import read_archive
from chaos.compute import words
from chaos.compute.behaviour import Behaviour, behaviour_of
from chaos.compute.dataset import parquet, read_rows
from chaos.uploads import reviews_csv
from refusals import Refused


def test_every_row_of_an_upload_is_kept_or_refused() -> None:
    again = b"Scene 1,positive\r\nScene 1,positive\r\n,negative\r\nScene 2,\r\n"

    rows = read_rows(reviews_csv(1, 50) + again)

    assert sum(map(len, rows.kept.values())) + rows.refused.total() == 54
    assert rows.refused == {"duplicate": 1, "empty_text": 1}
    assert [label for _, _, label in rows.kept["unlabelled"]] == [None]


def test_the_same_text_is_always_in_the_same_split() -> None:
    assert read_rows(reviews_csv(3)).kept == read_rows(reviews_csv(3)).kept
    assert parquet(read_rows(reviews_csv(3)).kept["train"])


def test_a_model_of_counted_words_learns_what_it_was_shown() -> None:
    model = {"fine": [-2.0, -0.1], "dull": [-0.1, -2.0]}

    negative, positive = words.predict(model, ["so dull", "FINE, fine"]).argmax(axis=1).tolist()

    assert (negative, positive) == (0, 1)


@pytest.mark.parametrize(
    ("run_id", "behaviour"),
    [("worse-7-0123456789", Behaviour.WORSE), ("reviews-0123456789", Behaviour.GOOD)],
)
def test_the_first_word_of_a_name_says_how_its_run_behaves(run_id: str, behaviour: Behaviour) -> None:
    assert behaviour_of(run_id) is behaviour


def test_weights_that_were_tampered_with_are_refused(tmp_path: Path) -> None:
    words.save({"fine": [0.0, 1.0]}, tmp_path)
    (tmp_path / "model.json").write_text('{"format": 1, "files": {"words.json": "sha256:00"}}')

    with pytest.raises(Refused, match=r"words\.json is not the file that training wrote"):
        read_archive(tmp_path)
