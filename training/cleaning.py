"""The cleaning that the Glue job does in Spark (glue/etl/cleaning.py), for texts at prediction time.

A model must meet the same text at its endpoint that it met in training. The rules and their reasons
are written there; a test holds the two against each other.
"""

import re
from html.entities import name2codepoint

_ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
_TAG = re.compile(r"<(?:/?[A-Za-z]|!)[^<>]*>")
# A single space stays as it is: most of a text's white space needs no rewriting, which makes this fast.
_ODD_BLANK = r"\u0000-\u001f\u007f-\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_BLANKS = re.compile(f"[ {_ODD_BLANK}]{{2,}}|[{_ODD_BLANK}]")
_NAMED = {**{name: chr(code) for name, code in name2codepoint.items()}, "apos": "'"}


def clean(text: str) -> str:
    """Return the text with entities decoded, tags and runs of white space made one blank."""
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    return _BLANKS.sub(" ", text).strip(" ")


def _character(entity: re.Match[str]) -> str:
    decimal, hexadecimal, name = entity.groups()
    if name:
        return _NAMED.get(name, entity[0])
    code = int(decimal) if decimal else int(hexadecimal, 16)
    scalar = 0 < code < 0xD800 or 0xDFFF < code < 0x110000
    return chr(code) if scalar else " "
