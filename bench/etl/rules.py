"""The rules of the dataset, which every peer keeps (docs/architecture.md, "Glue job")."""

from collections.abc import Iterable

from cleaning import clean
from etl.labels import SPELLINGS

ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
TAG = r"<(?:/?[A-Za-z]|!)[^<>]*>"
BLANKS = r"[\x00-\x20\x7f-\x{a0}\x{1680}\x{2000}-\x{200b}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]+"
NO_CONTENT = r"[^\p{L}\p{M}\p{N}\p{So}]+"
SENTIMENTS = SPELLINGS
TRAIN, VALIDATION = 80, 90
"""Percent of the keys below which a review is for training, and for validation."""


def decoded(entities: Iterable[str]) -> dict[str, str]:
    """What each entity stands for, the ampersand last: what it leaves is not decoded again."""
    # A letter on either side, for clean() takes blanks away at the ends.
    known = {entity: clean(f"x{entity}x")[1:-1] for entity in entities}
    changed = {entity: text for entity, text in known.items() if text != entity}
    return dict(sorted(changed.items(), key=lambda pair: pair[1] == "&"))
