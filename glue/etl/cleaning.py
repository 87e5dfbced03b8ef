"""What a review looks like to a model: no markup, no entities, single blanks.

The same three rules, in this order, are applied in Python to the texts of a prediction
(`training/cleaning.py`); a test holds the two against each other.

1. Entities are decoded in one pass over `ENTITY`: the names of HTML 4 (`html.entities.name2codepoint`)
   and `apos`, numbers in decimal or hexadecimal. A name nobody knows stays as it is. A number that is
   no Unicode scalar value (0, a surrogate, beyond 10FFFF) becomes a blank.
2. What now reads as a tag (`TAG`: `<br />`, `</i>`, `<!-- note -->`) becomes a blank. "<3" and "a < b" stay.
3. Every run of `BLANKS` (white space of Unicode, control characters, zero-width space, byte order mark)
   becomes one blank; none is left at either end.

Decoding comes first because exports often escape their markup: "&lt;br /&gt;" is a line break too.
"""

from collections.abc import Callable
from html.entities import name2codepoint

from pyspark.sql import Column
from pyspark.sql import functions as F

ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
TAG = r"<(?:/?[A-Za-z]|!)[^<>]*>"
_BLANKS = r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
BLANKS = f"[{_BLANKS}]+"
NAMED_ENTITIES = {**{name: chr(code) for name, code in name2codepoint.items()}, "apos": "'"}

_ODD_BLANKS = r"\u0000-\u001f\u007f-\uffff&&[" + _BLANKS + "]"
"""Blanks but the blank itself. Java asks of each character first whether it is in the wide range: few are."""
_SIGNS = "".join(rf"\u{code:04x}" for code in range(0x80) if not chr(code).isalnum())
_PRINTABLE = "".join(rf"\u{code:04x}" for code in range(0x20, 0x7F))
"""One by one: Java looks a listed character up in a table, and asks of each range after the other."""
_CONTENT = r"\p{L}\p{M}\p{N}\p{So}"
"""What near-duplicates have in common: letters, marks, digits and symbols such as emoji."""


def clean(text: Column) -> Column:
    """The text as a model reads it (rules above); null stays null."""
    decoded = F.when(text.contains("&"), _decode_entities(text)).otherwise(text)
    # An entity may stand for a tag's "<".
    marked = text.contains("<") | text.contains("&")
    untagged = F.when(marked, _without_tags(decoded)).otherwise(text)
    odd = F.when(text.rlike(rf"^[{_PRINTABLE}]*\z"), F.lit(False)).otherwise(_holds(text, _ODD_BLANKS))
    replaced = F.regexp_replace(untagged, f"[{_ODD_BLANKS}]", " ")
    blanks = F.when(odd | text.contains("&"), replaced).otherwise(untagged)
    return F.trim(_once(blanks, _with_single_blanks))


def near_duplicate_key(cleaned: Column) -> Column:
    """sha256 (64 hex) of a cleaned text without regard to case, punctuation and blanks.

    A text of nothing but punctuation is its own key.
    """
    bare = F.regexp_replace(F.lower(cleaned), f"[{_SIGNS}]+", "")
    told = F.when(cleaned.rlike(f"[{_CONTENT}]"), _once(bare, _of_content)).otherwise(cleaned)
    return F.sha2(told, 256)


def _once(value: Column, used: Callable[[Column], Column]) -> Column:
    """What `used` makes of a value, which Spark would compute anew wherever a branch speaks of it."""
    return F.transform(F.array(value), used)[0]


def _with_single_blanks(text: Column) -> Column:
    return F.when(text.contains("  "), F.regexp_replace(text, "  +", " ")).otherwise(text)


def _of_content(bare: Column) -> Column:
    is_ascii = F.length(bare) == F.octet_length(bare)
    return F.when(is_ascii, bare).otherwise(F.regexp_replace(bare, f"[^{_CONTENT}]+", ""))


def _holds(text: Column, characters: str) -> Column:
    # Java runs over a class's characters many times as fast as it looks for one, place by place.
    return ~text.rlike(rf"^[^{characters}]*\z")


def _without_tags(text: Column) -> Column:
    # No tag holds a second "<": each stands at the beginning of a piece, where a pattern ends at once.
    def untagged(piece: Column, place: Column) -> Column:
        return F.when(place == 0, piece).otherwise(
            F.regexp_replace(F.concat(F.lit("<"), piece), f"^{TAG}", " ")
        )

    return F.array_join(F.transform(F.split(text, "<", -1), untagged), "")


def _decode_entities(text: Column) -> Column:
    # Spark has no replacement by a function: the pieces between the entities, and the entities
    # decoded one by one, are put together again.
    pieces = F.split(text, ENTITY)
    entities = F.regexp_extract_all(text, F.lit(ENTITY), F.lit(0))
    return F.array_join(F.zip_with(pieces, entities, _piece_and_character), "")


def _piece_and_character(piece: Column, entity: Column) -> Column:
    return F.concat(piece, F.coalesce(_character(entity), entity, F.lit("")))


def _character(entity: Column) -> Column:
    named = F.create_map(
        *(F.lit(part) for name, char in NAMED_ENTITIES.items() for part in (f"&{name};", char))
    )
    return F.when(entity.startswith("&#"), _numbered(entity)).otherwise(F.try_element_at(named, entity))


def _numbered(entity: Column) -> Column:
    decimal = F.regexp_extract(entity, "^&#([0-9]+);$", 1)
    hexadecimal = F.regexp_extract(entity, "^&#[xX]([0-9A-Fa-f]+);$", 1)
    code = F.coalesce(F.conv(hexadecimal, 16, 10), decimal).cast("int")
    scalar = code.between(0x1, 0xD7FF) | code.between(0xE000, 0x10FFFF)
    return F.when(scalar, F.decode(F.unhex(F.lpad(F.hex(code), 8, "0")), "UTF-32")).otherwise(" ")
