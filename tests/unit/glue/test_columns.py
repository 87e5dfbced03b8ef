import pytest

from etl.columns import Columns
from etl.errors import DatasetRefused, columns_of


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        (["review", "sentiment"], Columns("review", "sentiment")),
        (["id", " Review ", "SENTIMENT"], Columns("review", "sentiment")),
        (["text", "stars"], Columns("text", "stars")),
        (["body", "rating", "polarity"], Columns("body", "polarity")),
        (["comment", "content", "label"], Columns("content", "label")),
    ],
)
def test_columns_are_found_by_name(names: list[str], columns: Columns) -> None:
    assert columns_of(names) == columns


def test_all_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(DatasetRefused) as refusal:
        columns_of(["id", "when"])
    assert "no text column" in str(refusal.value)
    assert "no label column" in str(refusal.value)
    assert "'id', 'when'" in str(refusal.value)
