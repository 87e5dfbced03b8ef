"""Reading channels: every way in which one can be wrong has its sentence."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from refusals import Refused
from splits import codes, read_dataset

BOTH = [("good film", "positive"), ("bad film", "negative")]


@pytest.fixture
def channels(tmp_path: Path, split_writer: Callable[..., str]) -> dict[str, str | None]:
    return {name: split_writer(tmp_path / f"split={name}", BOTH) for name in ("train", "validation", "test")}


def test_splits_are_read_with_the_labels_in_order(channels: dict[str, str | None]) -> None:
    data = read_dataset(channels)

    assert data.labels == ["negative", "positive"]
    assert data.train.reviews == ["good film", "bad film"]
    assert data.rows == {"train": 2, "validation": 2, "test": 2}
    assert data.unlabelled == []
    assert codes(data.train.labels, data.labels).tolist() == [1, 0]


def test_unlabelled_rows_need_no_label_column(channels: dict[str, str | None], tmp_path: Path) -> None:
    table = pa.table({"review_id": ["0"], "review": ["some film"], "label": pa.nulls(1, pa.string())})
    (tmp_path / "more").mkdir()
    pq.write_table(table, tmp_path / "more/part-0.parquet")

    assert read_dataset({**channels, "unlabelled": str(tmp_path / "more")}).unlabelled == ["some film"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("a", "positive")], "The training rows hold only the label 'positive'"),
        ([], "Channel 'train' holds no rows"),
    ],
)
def test_training_rows_that_cannot_teach_are_refused(
    channels: dict[str, str | None],
    tmp_path: Path,
    split_writer: Callable[..., str],
    rows: list[tuple[str, str]],
    sentence: str,
) -> None:
    channels["train"] = split_writer(tmp_path / "other", rows)

    with pytest.raises(Refused, match=sentence):
        read_dataset(channels)


def test_a_label_that_only_the_test_rows_have_is_refused(
    channels: dict[str, str | None], tmp_path: Path, split_writer: Callable[..., str]
) -> None:
    channels["test"] = split_writer(tmp_path / "other", [*BOTH, ("hm", "mixed")])

    with pytest.raises(Refused, match="'test' has the label 'mixed', which no training row has"):
        read_dataset(channels)


def test_a_missing_channel_column_or_label_is_refused(
    channels: dict[str, str | None], tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()

    with pytest.raises(Refused, match="Channel 'test' holds no Parquet file"):
        read_dataset({**channels, "test": None})

    pq.write_table(pa.table({"review_id": ["0"], "label": ["positive"]}), folder / "part.parquet")
    with pytest.raises(Refused, match=r"part\.parquet has no column 'review'"):
        read_dataset({**channels, "test": str(folder)})

    nothing = pa.nulls(1, pa.string())
    pq.write_table(pa.table({"review_id": ["0"], "review": ["a"], "label": nothing}), folder / "part.parquet")
    with pytest.raises(Refused, match="column 'label' is null in 1 of 1 rows"):
        read_dataset({**channels, "test": str(folder)})

    (folder / "part.parquet").write_bytes(b"review,label\n")
    with pytest.raises(Refused, match=r"part\.parquet is not a Parquet file"):
        read_dataset({**channels, "test": str(folder)})
