"""Files, rows, fields and headers of absurd size."""

import gzip
from collections.abc import Iterator

from chaos.inputs.case import ROWS, Case, Refused, kept, plain_csv, reviews, table

_GOOD = plain_csv()
_MILLION = 1_000_000


def sizes() -> Iterator[Case]:
    """CSV files that cost memory or time where nobody takes care."""
    book = "word " * (_MILLION // 5)
    yield _case(
        "a review of a megabyte", f"{_GOOD}{book},positive\n", kept(ROWS, None, book.strip(), positive=1)
    )
    yield _case(
        "a field of ten megabytes", f"{_GOOD}{'a' * 10_000_001},positive\n", Refused("10,000,000 characters")
    )
    yield _case("one line of 45 MB", "a" * 45 * _MILLION, Refused("longer than 40,000,000"))
    fields = "a," * 21 * _MILLION
    yield _case("one line of 42 MB of fields", fields, Refused("longer than 40,000,000"))
    names = ",".join(f"c{at}" for at in range(_MILLION))
    yield _case("a header of a million columns", f"{names}\n{names}\n", Refused("and 999,980 more"))
    with_ours = f"review,sentiment,{names}\n" + f"a film,positive{',' * _MILLION}\n" * 2
    yield _case("a million columns beside ours", with_ours, Refused("at least 100"))
    yield _case("a column's name of a megabyte", f"{'n' * _MILLION},b\n1,2\n", Refused("no text column"))
    long = [(text, "p" * _MILLION if label == "positive" else label) for text, label in reviews(120)]
    yield _case("a label of a megabyte", table(long).decode(), Refused("1,000,000 characters"))
    genres = [(text, f"genre {at}") for at, (text, _) in enumerate(reviews(300))]
    yield _case("three hundred labels", table(genres).decode(), Refused("more than 100 different"))
    many = table(reviews(100_000))
    yield Case("a hundred thousand rows", "many.csv", many, kept(100_000))


def bombs() -> Iterator[Case]:
    """Small files that unpack to large ones."""
    row = b"The same words again and again,positive\n"
    for title, content in {
        "a gigabyte of rows": _packed(b"review,sentiment\n", row * 26_000, 1000),
        "a gigabyte of one line": _packed(b"review,sentiment\n", b"a" * _MILLION, 1000),
    }.items():
        yield Case(title, "bomb.csv.gz", content, Refused("times its size"))
    yield Case("a gigabyte of NUL", "bomb.csv.gz", _packed(b"", bytes(_MILLION), 1000), Refused("is no text"))
    # A sample of three million lines is over before its ratio tells.
    feeds = _packed(b"", b"\n" * _MILLION, 1000)
    yield Case("a gigabyte of line feeds", "bomb.csv.gz", feeds, Refused("no rows"))
    yield Case("blank lines", "blank.csv", b"\n" * 100 * _MILLION, Refused("no rows"))
    lines = _packed(b"", b'{"review": "a film", "sentiment": "positive"}\n' * 20_000, 1000)
    yield Case("a gigabyte of JSON lines", "bomb.jsonl.gz", lines, Refused("times its size"))


def _packed(head: bytes, piece: bytes, times: int) -> bytes:
    # Members one after the other unpack to their contents one after the other.
    return gzip.compress(head, 9) + gzip.compress(piece, 9) * times


def _case(title: str, text: str, expected: Refused | object) -> Case:
    return Case(title, "large.csv", text.encode(), expected)  # type: ignore[arg-type]
