"""What the Glue job does, written a second time in Python and DuckDB: the two must agree row by row."""

import hashlib
import unicodedata
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from cleaning import clean  # training/cleaning.py

_SENTIMENT = {"positive": "positive", "pos": "positive", "1": "positive"}
_SENTIMENT |= {"negative": "negative", "neg": "negative", "0": "negative"}
_DEDUPLICATE = """
    WITH groups AS (
        SELECT *, min(label) OVER same AS least, max(label) OVER same AS most,
               first_value(review) OVER best AS kept, row_number() OVER best AS place
        FROM cleaned
        WINDOW same AS (PARTITION BY key), best AS (PARTITION BY key ORDER BY label IS NULL, place_in_file)
    )
    SELECT place_in_file, key, review, label, CASE
        WHEN least <> most THEN 'conflicting_label'
        WHEN place = 1 THEN NULL
        WHEN review = kept THEN 'duplicate'
        ELSE 'near_duplicate' END AS reason
    FROM groups
"""


@dataclass(frozen=True)
class Reference:
    """Kept rows as (split, id, review, label) and refused ones as {row: reason}."""

    kept: set[tuple[str, str, str, str | None]]
    refused: dict[int, str]


def reference(rows: list[tuple[str, str]]) -> Reference:
    """The dataset of sentiment-labelled rows."""
    refused, cleaned = dict[int, str](), []
    for place, (text, label) in enumerate(rows, 1):
        review, spelled = clean(text), clean(label)
        if not review:
            refused[place] = "empty_text"
        else:
            cleaned.append((place, _key(review), review, _SENTIMENT.get(spelled.lower())))
    names = ["place_in_file", "key", "review", "label"]
    table = pa.table(dict(zip(names, map(list, zip(*cleaned, strict=True)), strict=True)))
    with duckdb.connect() as connection:
        connection.register("cleaned", table)
        judged = connection.execute(_DEDUPLICATE).fetchall()
    refused |= {place: reason for place, _, _, _, reason in judged if reason}
    judged_in = [(key, review, label) for _, key, review, label, reason in judged if not reason]
    kept = {(_split(key, label), key[:16], review, label) for key, review, label in judged_in}
    return Reference(kept, refused)


def _key(review: str) -> str:
    bare = "".join(char for char in review.lower() if _tells(char))
    return hashlib.sha256((bare or review).encode()).hexdigest()


def _tells(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LMN" or category == "So"


def _split(key: str, label: str | None) -> str:
    percent = int(key[16:24], 16) % 100
    if label is None:
        return "unlabelled"
    return "train" if percent < 80 else "validation" if percent < 90 else "test"
