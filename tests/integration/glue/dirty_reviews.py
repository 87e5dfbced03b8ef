"""Reviews with the dirt of real exports, seeded, and files made of them."""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterable

WORDS = "film plot actor great awful slow funny score scene never always boring café naïve 3D".split(" ")  # noqa: SIM905
LABELS = ["positive", "negative", "POS", "neg", " Positive ", "1", "0", "", "   "]
_Spoil = Callable[[str, random.Random], str]
_DIRT: list[_Spoil] = [
    lambda text, _: text,
    lambda text, _: text.replace(" ", "<br /><br />", 1),
    lambda text, _: f"&quot;{text}&quot; &amp; more &#8217;&#x1F600; &lt;i&gt;",
    lambda text, _: text.upper() + "!!!",
    lambda text, _: f'  {text},\n\n"{text}"\t',
    lambda text, _: f"\u00a0{text}\u200b \U0001f44d",
    lambda _, chance: chance.choice(["", "  ", "<p></p>", "&nbsp;", "?!", ":-("]),
]


def dirty_rows(number: int, seed: int, labels: Iterable[str] = LABELS) -> list[tuple[str, str]]:
    """(text, label) rows: many repeat another one, exactly or nearly, with the same label or not."""
    chance, held, rows = random.Random(seed), list(labels), list[tuple[str, str]]()
    for _ in range(number):
        if rows and chance.random() < 0.25:
            text, label = chance.choice(rows)
            label = label if chance.random() < 0.95 else chance.choice(held)
        else:
            text, label = " ".join(chance.choices(WORDS, k=chance.randint(3, 12))), chance.choice(held)
        rows.append((chance.choices(_DIRT, [6, 2, 2, 2, 2, 2, 1])[0](text, chance), label))
    return rows


def as_csv(rows: Iterable[tuple[str, str]], header: tuple[str, str] = ("review", "sentiment")) -> bytes:
    """The rows as a CSV file."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def as_json_lines(
    rows: Iterable[tuple[str, str]], header: tuple[str, str] = ("review", "sentiment")
) -> bytes:
    """The rows as JSON lines; an empty label is null."""
    lines = (json.dumps({header[0]: text, header[1]: label or None}) for text, label in rows)
    return "\n".join(lines).encode()


def gzipped(data: bytes) -> bytes:
    """The data as a .gz file, the same for the same data."""
    return gzip.compress(data, mtime=0)
