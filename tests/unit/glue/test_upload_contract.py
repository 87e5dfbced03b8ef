"""Glue and Lambda ship separately, so the upload's contract stands in both: here they are held together."""

import pytest

from etl import columns as glue_columns
from etl import labels as glue_labels
from marquee.datasets import columns as lambda_columns
from marquee.datasets import labels as lambda_labels


@pytest.mark.parametrize("name", ["TEXT_COLUMNS", "LABEL_COLUMNS", "RATING_COLUMNS"])
def test_validation_and_etl_look_for_the_same_columns(name: str) -> None:
    assert getattr(lambda_columns, name) == getattr(glue_columns, name)


@pytest.mark.parametrize("name", ["SPELLINGS", "FREQUENT_SHARE", "HIGH_RATING_SHARE", "MOST_LABELS"])
def test_validation_and_etl_read_labels_alike(name: str) -> None:
    assert getattr(lambda_labels, name) == getattr(glue_labels, name)
