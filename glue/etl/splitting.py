"""Where a review goes, by its key alone: the same in every dataset that holds it."""

from pyspark.sql import Column
from pyspark.sql import functions as F

SPLITS = ("train", "validation", "test", "unlabelled")
_TRAIN, _VALIDATION = 80, 10
"""Percent; the rest is the test split."""


def review_id(key: Column) -> Column:
    """16 hex digits that name a review, whatever its case and punctuation."""
    return F.substring(key, 1, 16)


def split_of(key: Column, label: Column) -> Column:
    """One of SPLITS: 80/10/10 by the digits of the key that follow the id."""
    percent = F.conv(F.substring(key, 17, 8), 16, 10).cast("bigint") % 100
    return (
        F.when(label.isNull(), "unlabelled")
        .when(percent < _TRAIN, "train")
        .when(percent < _TRAIN + _VALIDATION, "validation")
        .otherwise("test")
    )


def shuffled(key: Column) -> Column:
    """A fixed order that has nothing to do with the upload's: the second half of the key."""
    return F.substring(key, 33, 32)
