import pytest

from etl.columns import UploadColumns, find_columns
from etl.errors import DatasetRefused


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        (["review", "sentiment"], UploadColumns("review", "sentiment", False)),
        (["id", " Review ", "SENTIMENT"], UploadColumns(" Review ", "SENTIMENT", False)),
        (["text", "stars"], UploadColumns("text", "stars", True)),
        (["body", "rating", "polarity"], UploadColumns("body", "polarity", False)),
        (["comment", "content", "label"], UploadColumns("content", "label", False)),
        (["text", "Text", "label"], UploadColumns("text", "label", False)),
    ],
)
def test_columns_are_found_by_name(names: list[str], columns: UploadColumns) -> None:
    assert find_columns(names) == columns


def test_all_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(DatasetRefused) as refusal:
        find_columns(["id", "when"])
    assert "No text column" in str(refusal.value)
    assert "No label column" in str(refusal.value)
    assert "id, when" in str(refusal.value)
