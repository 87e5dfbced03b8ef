"""Glue and Lambda ship separately, so the upload's contract stands in both: here they are held together."""

import pytest

from etl import labels as glue_labels
from marquee.datasets import labels as lambda_labels


@pytest.mark.parametrize(
    "name", ["SPELLINGS", "FREQUENT_SHARE", "HIGH_RATING_SHARE", "MOST_LABELS", "LONGEST_LABEL"]
)
def test_validation_and_etl_read_labels_alike(name: str) -> None:
    assert getattr(lambda_labels, name) == getattr(glue_labels, name)
