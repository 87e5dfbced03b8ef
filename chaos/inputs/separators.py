"""Other separators, other line ends, rows of other widths."""

from collections.abc import Iterator

from chaos.inputs.case import ROWS, Case, Expected, Refused, kept, plain_csv, reviews, table

_GOOD = plain_csv()
_TWO_MALFORMED = Refused("cannot be read")


def separators() -> Iterator[Case]:
    """CSV files whose fields or lines are separated by something else."""
    for name, sign, words in (
        ("semicolons", ";", "separated by semicolons"),
        ("tabs", "\t", "separated by tabs"),
        ("bars", "|", "separated by vertical bars"),
        ("colons", ":", "no text column"),
        ("blanks", " ", "no text column"),
        ("unit separators", "\x1f", "no text column"),
        ("full-width commas", "，", "no text column"),
    ):
        yield _case(name, _GOOD.replace(",", sign), Refused(words))
    mixed = _GOOD.replace(",", ";").replace("review;sentiment", "review,sentiment")
    yield _case("a comma in the header, semicolons below", mixed, Refused("1 fields, not 2"))
    yield _case("Excel's sep= line", "sep=,\n" + _GOOD, Refused("no text column"))
    yield _case("semicolons and decimal commas", "review;rating\n" + "a;4,5\n" * 200, Refused("semicolons"))
    spaced = _GOOD.replace(",", ", ")
    yield _case("a blank after each comma", spaced, kept())
    rated = "".join(f'{text},"{(1, 5)[at % 2]},0"\n' for at, (text, _) in enumerate(reviews()))
    yield _case("decimal commas in quotes", "review,rating\n" + rated, Refused("unknown label"))


def line_ends() -> Iterator[Case]:
    """CSV files whose lines end in odd ways."""
    quoted = [f'"{text}","{label}"' for text, label in reviews()]
    yield _case("CRLF", _GOOD.replace("\n", "\r\n"), kept())
    yield _case("CR", _GOOD.replace("\n", "\r"), Refused("carriage return"))
    yield _case("LF header, CRLF rows", "review,sentiment\n" + "\r\n".join(quoted), kept())
    yield _case("CRLF header, LF rows", "review,sentiment\r\n" + "\n".join(quoted), kept())
    yield _case("no line end at the end", _GOOD.rstrip("\n"), kept())
    yield _case("many line ends at the end", _GOOD + "\n" * 50, kept())
    yield _case("blank lines between", _GOOD.replace("\n", "\n\n"), kept())
    yield _case("blank lines before", "\n\r\n\n" + _GOOD, kept())
    yield _case("one stray CR", _GOOD + "half\rhalf,positive\n", kept(ROWS, {"malformed_row": 1}))
    for name, sign in (
        ("U+2028", "\u2028"),
        ("U+0085", "\x85"),
        ("VT", "\x0b"),
        ("FF", "\x0c"),
        ("FS", "\x1c"),
    ):
        yield _case(
            f"{name} in a text", f"{_GOOD}one{sign}two,positive\n", kept(ROWS, None, "one two", positive=1)
        )


def widths() -> Iterator[Case]:
    """Rows that are shorter or longer than the header."""
    yield _case("one short row", _GOOD + "only a text\n", kept(ROWS, {"malformed_row": 1}))
    yield _case("one long row", _GOOD + "a,b,positive\n", kept(ROWS, {"malformed_row": 1}))
    yield _case("two long rows", _GOOD + "a,b,positive\n" * 2, _TWO_MALFORMED)
    yield _case("commas unquoted", _GOOD.replace(" film", ", film"), Refused("3 fields, not 2"))
    yield _case("a row of blanks", _GOOD + "   \n", kept(ROWS, {"malformed_row": 1}))
    yield _case("a row of a million fields", _GOOD + "," * 1_000_000 + "\n", kept(ROWS, {"malformed_row": 1}))
    trailing = _GOOD.replace("\n", ",\n")
    yield _case("a comma at the end of every line", trailing, kept())
    yield _case(
        "a comma at the end of every row", trailing.replace("sentiment,", "sentiment", 1), _TWO_MALFORMED
    )
    yield _case("an index without a name", "," + _GOOD.replace("\n", "\n7,").removesuffix("7,"), kept())
    yield _case("one column", "review\n" + "a film\n" * 200, Refused("no label column"))
    yield _case("comments before the header", "# made today\n" + _GOOD, Refused("no text column"))
    yield _case("a total at the end", f"{_GOOD}total,160\n", kept(ROWS, {"unknown_label": 1}))
    yield _case(
        "the header again in the middle", _GOOD + "review,sentiment\n", kept(ROWS, {"unknown_label": 1})
    )
    yield _case("twenty columns", _wide(20), kept())


def emptiness() -> Iterator[Case]:
    """Files with next to nothing in them."""
    yield _case("no byte", "", Refused("is empty"))
    yield _case("line feeds alone", "\n\n\n", Refused("is empty"))
    yield _case("blanks alone", "   \n\t\n", Refused("is empty"))
    yield _case("a header alone", "review,sentiment\n", Refused("no rows after the header"))
    yield _case("one row", "review,sentiment\na,positive\n", Refused("at least 100 are needed"))
    yield _case("commas alone", ",,,\n" * 300, Refused("no text column"))
    yield _case("too few rows", table(reviews(99)).decode(), Refused("99; at least 100"))
    yield Case("a megabyte of NUL", "nul.csv", bytes(2**20), Refused("UTF-16"))
    yield _case("a web page", "<!doctype html><title>404</title>\n", Refused("no text column"))


def _wide(columns: int) -> str:
    names = [f"c{at}" for at in range(columns)]
    rows = [(*names, text, label) for text, label in reviews()]
    return table(rows, (*names, "Review ", "SENTIMENT")).decode()


def _case(title: str, text: str, expected: Expected) -> Case:
    return Case(title, "rows.csv", text.encode(), expected)
