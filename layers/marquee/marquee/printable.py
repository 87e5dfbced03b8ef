"""Text of strangers - file names, labels, reasons - made safe to show."""

import re

# C0 and C1 control characters but tab and line feed, and what turns the direction of text round
# (Unicode TR36, "Bidirectional text spoofing"): a terminal or a mail obeys them instead of showing them.
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return the text with U+FFFD for every character that would be obeyed, not shown."""
    return _OBEYED.sub("\ufffd", text)
