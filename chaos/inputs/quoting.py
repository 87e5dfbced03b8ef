"""Quotes that are doubled, escaped, forgotten or never closed."""

from collections.abc import Iterator

from chaos.inputs.case import (
    ROWS,
    Case,
    Expected,
    Refused,
    kept,
    plain_csv,
    reviews,
    table,
)

_GOOD = plain_csv()
_ONE_MALFORMED = {"malformed_row": 1}


def quoting() -> Iterator[Case]:
    """CSV files, most of them good rows and one odd one."""
    every = "".join(f'"{text}","{label}"\n' for text, label in reviews())
    yield _case("all quoted", '"review","sentiment"\n' + every, kept())
    yield _case("all quoted, CRLF", ('"review","sentiment"\n' + every).replace("\n", "\r\n"), kept())
    yield from _good_rows()
    yield from _bad_rows()
    yield from _never_closed()
    escaped = "".join(f'"{text} \\"so\\" good",{label}\n' for text, label in reviews())
    yield _case(
        "backslashes before quotes, everywhere",
        "review,sentiment\n" + escaped,
        Refused("after a closing quote"),
    )
    single = "".join(f"'{text}, it is',{label}\n" for text, label in reviews())
    yield _case("single quotes around commas", "review,sentiment\n" + single, Refused("3 fields, not 2"))
    yield _case("a quote in the header", 'rev"iew,sentiment\n' + every, Refused("no text column"))
    yield _case("an open quote in the header", '"review,sentiment\n' + "a,b\n" * 200, Refused("never closed"))
    yield _case(
        "a header with text after its quote", '"review"x,sentiment\n' + every, Refused("The header has text")
    )


def _good_rows() -> Iterator[Case]:
    rows = {
        "quotes doubled": ('"He said ""wow"", twice"', 'He said "wow", twice'),
        "only quotes": ('""""""', '""'),
        "a quote within": ('5" of "rain" and fog', '5" of "rain" and fog'),
        "a blank before the quote": (' "mild" film', '"mild" film'),
        "line feeds within": ('"one\n\ntwo"', "one two"),
        "carriage returns within": ('"one\r\ntwo\rthree"', "one two three"),
        "a backslash at the end": ('"ends here \\"', "ends here \\"),
        "a backslash before a letter": ("a \\n b", "a \\n b"),
        "typographic quotes": ("\u201cfine, they said\u201d".replace(",", ""), "\u201cfine they said\u201d"),
        "a header within quotes": ('"review,sentiment\nagain"', "review,sentiment again"),
        "a separator within": ('"a;b\tc|d,e"', "a;b c|d,e"),
        "tags and entities": ('"<b>so</b> &quot;good&quot;"', 'so "good"'),
    }
    for title, (raw, text) in rows.items():
        yield _case(title, f"{_GOOD}{raw},positive\n", kept(ROWS, None, text, positive=1))


def _bad_rows() -> Iterator[Case]:
    bad = {
        "text after a closing quote": '"ab"c,positive\n',
        "a backslash before a quote": '"so \\"good\\" a film",positive\n',
        "quotes within quotes": '"He said "wow, it was" great",positive\n',
        "a blank after the closing quote": '"fine" ,positive\n',
    }
    for title, raw in bad.items():
        yield _case(title, _GOOD + raw, kept(ROWS, _ONE_MALFORMED))


def _never_closed() -> Iterator[Case]:
    yield _case("never closed", _GOOD + '"never closed,positive\nfine,negative\n', Refused("never closed"))
    swallowing = _GOOD + '"never closed,positive\n"a good film",negative\n'
    yield _case("closed by the next row's quote", swallowing, kept(ROWS, _ONE_MALFORMED))
    half = table(reviews(300)).decode().replace("Review number 20 of", '"Review number 20 of', 1)
    closed = half.replace("Review number 290 of", '"Review number 290 of', 1)
    # 270 rows in one: its width and its quotes are right, and nothing but its length is odd.
    merged = closed.replace('"Review number 290 of a film about trains', 'Review number 290 of a film"', 1)
    yield _case("closed hundreds of rows later", merged, Refused("a quote is opened there"))


def _case(title: str, text: str, expected: Expected) -> Case:
    return Case(title, "quotes.csv", text.encode(), expected)
