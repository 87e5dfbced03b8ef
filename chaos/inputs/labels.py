"""Columns and labels of every odd kind, in a CSV that is otherwise good."""

from collections.abc import Iterator

from chaos.inputs.case import ROWS, Case, Expected, Refused, RefusedByJob, Rows, kept, reviews, table

_HALF = ROWS // 2


def columns() -> Iterator[Case]:
    """Headers."""
    rows = reviews()
    yield _case("columns turned round", table([row[::-1] for row in rows], ("sentiment", "review")), kept())
    yield _case("capitals and blanks", table(rows, (" REVIEW ", "\tSentiment")), kept())
    yield _case(
        "two text columns by two names",
        table([("x", *row) for row in rows], ("text", "review", "label")),
        kept(),
    )
    doubled = table([(text, *row) for row in rows for text in row[:1]], ("Review", "review", "label"))
    yield _case("the same text column twice", doubled, Refused("'review' is there 2 times"))
    both = table([(*row, "negative") for row in rows], ("review", "label", "label"))
    yield _case("the same label column twice", both, Refused("'label' is there 2 times"))
    three = table([(*row, "x", "y") for row in rows], ("review", "sentiment", "id", "ID"))
    yield _case("another column twice", three, kept())
    ours = table([(*row, "x", "y") for row in rows], ("review", "sentiment", "_corrupt_record", "row"))
    yield _case("names that the job uses itself", ours, kept())
    rated = table([(*row, "5") for row in rows], ("review", "sentiment", "rating"))
    yield _case("a label beside a rating", rated, kept())
    yield _case("no header", table(rows[1:], rows[0]), Refused("no text column"))
    yield _case("a header in another language", table(rows, ("avis", "étiquette")), Refused("no text column"))
    yield _case(
        "a formula for a column", table([("1", *row) for row in rows], ("=1+1", "review", "label")), kept()
    )
    yield _case(
        "dots and quotes in a name",
        table([("1", *row) for row in rows], ('a.b`c"d', "review", "label")),
        kept(),
    )


def labels() -> Iterator[Case]:
    """Labels."""
    for title, negative, positive in (
        ("pos and neg", "neg", "pos"),
        ("capitals and blanks", " NEGATIVE", "Positive "),
        ("0 and 1", "0", "1"),
        ("0.0 and 1.0", "0.0", "1.0"),
        ("no-break blanks around", "\u00a0negative\u00a0", "\u200bpositive"),
    ):
        yield _labelled(title, {negative: _HALF, positive: _HALF}, kept())
    yield _labelled("other words", {"spam": _HALF, "ham": _HALF}, Rows({"spam": _HALF, "ham": _HALF}))
    yield _labelled("formulas", {"=1+1": _HALF, "@cmd": _HALF}, Rows({"=1+1": _HALF, "@cmd": _HALF}))
    yield _labelled("markup", {"<b>": _HALF, "<i>": _HALF}, Rows({"<b>": _HALF, "<i>": _HALF}))
    yield _labelled("minus one and one", {"-1": _HALF, "1": _HALF}, Rows({"-1": _HALF, "1": _HALF}))
    yield _labelled("one label only", {"positive": ROWS}, Refused("Every labelled row is 'positive'"))
    yield _labelled("no label at all", {"": ROWS}, Refused("0; at least 100"))
    yield _labelled("half of them empty", {"": 200, **_both(60)}, Rows({**_both(60), "": 200}))
    yield _labelled("one slip", {**_both(100), "neutral": 2}, Rows(_both(100), {"unknown_label": 2}))
    yield _labelled("many slips", {**_both(80), "meh": 4}, Refused("'meh'"))
    yield _labelled("NULL here and there", {**_both(80), "NULL": 4}, Refused("'NULL'"))
    yield _labelled("nan for missing", {**_both(80), "nan": 20}, Rows({**_both(80), "nan": 20}))
    yield _labelled("one of a hundred", {"positive": 300, "negative": 3}, RefusedByJob("split holds"))
    yield from _ratings()
    yield from _texts()


def _ratings() -> Iterator[Case]:
    yield _rated(
        "stars to five",
        {"1": 60, "2": 20, "3": 10, "4": 20, "5": 60},
        Rows(_both(80), {"neutral_rating": 10}),
    )
    yield _rated(
        "ratings to ten",
        {"1": 60, "4": 20, "6": 10, "7": 20, "10": 60},
        Rows(_both(80), {"neutral_rating": 10}),
    )
    yield _rated("exponents", {"1e0": 80, "5E0": 80}, kept())
    yield _rated("infinity", {"1": 80, "5": 80, "inf": 4}, Refused("unknown label"))
    yield _rated("negative stars", {"-1": 80, "5": 80}, Refused("unknown label"))
    yield _rated("a hundred points", {"10": 80, "90": 80}, Refused("unknown label"))
    yield _rated("words", {"bad": 80, "good": 80}, Refused("unknown label"))
    yield _rated("nothing but the middle", {"3": ROWS}, Refused("0; at least 100"))


def _texts() -> Iterator[Case]:
    good = reviews()
    yield _case("a text twice", table([*good, good[0]]), kept(ROWS, {"duplicate": 1}))
    nearly = (good[0][0].upper() + "!", "negative")
    yield _case("a text nearly twice", table([*good, nearly]), kept(ROWS, {"near_duplicate": 1}))
    both = table([*good, ("So so", "positive"), ("so so!", "negative")])
    yield _case("a text with two labels", both, kept(ROWS, {"conflicting_label": 2}))
    yield _case(
        "no text here and there",
        table([*good, ("", "positive"), ("<p> </p>", "negative")]),
        kept(ROWS, {"empty_text": 2}),
    )
    yield _case("mostly no text", table([*good, *[("", "positive")] * 100]), RefusedByJob("have no text"))
    yield _case("mostly the same text", table([*good, *[good[0]] * 400]), RefusedByJob("repeat another row"))
    short = table([(str(at), label) for at, (_, label) in enumerate(good)])
    yield _case("texts of a few letters", short, RefusedByJob("characters long on average"))
    formula = table([*good, ('=HYPERLINK("http://x")', "positive")])
    yield _case("a formula for a text", formula, kept(ROWS, None, '=HYPERLINK("http://x")', positive=1))
    script = table([*good, ("<script>alert(1)</script> film", "positive")])
    yield _case("a script for a text", script, kept(ROWS, None, "alert(1) film", positive=1))
    escape = table([*good, ("\x1b[31mred\x1b[0m film", "positive")])
    yield _case("a terminal's escape for a text", escape, kept(ROWS, None, "[31mred [0m film", positive=1))
    yield _case("NUL in a text", table(good) + b"a\0b,positive\n", Refused("NUL byte"))


def _both(number: int) -> dict[str, int]:
    return {"negative": number, "positive": number}


def _labelled(title: str, counts: dict[str, int], expected: Expected, column: str = "label") -> Case:
    rows = [(f"Review number {at} of a film about trains", label) for at, label in enumerate(_spread(counts))]
    return _case(title, table(rows, ("review", column)), expected)


def _rated(title: str, counts: dict[str, int], expected: Expected) -> Case:
    return _labelled(title, counts, expected, "rating")


def _spread(counts: dict[str, int]) -> list[str]:
    places = [(at / number, label) for label, number in counts.items() for at in range(number)]
    return [label for _, label in sorted(places)]


def _case(title: str, content: bytes, expected: Expected) -> Case:
    return Case(title, "reviews.csv", content, expected)
