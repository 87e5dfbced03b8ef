"""JSON lines, and what is called so."""

import json
from collections.abc import Iterator

from chaos.inputs.case import ROWS, Case, Expected, Refused, RefusedByJob, Rows, json_lines, kept, reviews

_ROWS = reviews()
_GOOD = json_lines(_ROWS)
_ONE_MALFORMED = {"malformed_row": 1}


def json_files() -> Iterator[Case]:
    """Whole files of an odd form."""
    yield _case("plain", _GOOD, kept())
    yield Case("called .json", "reviews.json", _GOOD.encode(), kept())
    yield Case("called .ndjson", "reviews.ndjson", b"\xef\xbb\xbf" + _GOOD.encode(), kept())
    yield _case("CRLF", _GOOD.replace("\n", "\r\n"), kept())
    yield _case("CR alone", _GOOD.replace("\n", "\r"), Refused("cannot be read"))
    yield _case("blank lines", "\n \n" + _GOOD.replace("\n", "\n\n"), kept())
    every = [dict(zip(("review", "sentiment"), row, strict=True)) for row in _ROWS]
    yield _case("an array", json.dumps(every), Refused("one JSON array"))
    yield _case("an array over lines", json.dumps(every, indent=1), Refused("one JSON array"))
    yield _case("objects over lines", json.dumps(every[0], indent=1), Refused("cannot be read"))
    yield _case("objects with commas behind", _GOOD.replace("\n", ",\n"), Refused("not a JSON object"))
    yield _case("two objects a line", _GOOD.replace("}\n{", "} {"), Refused("cannot be read"))
    yield _case("Python, not JSON", "".join(f"{row}\n" for row in every), Refused("not a JSON object"))
    yield _case(
        "strings", "".join(json.dumps(text) + "\n" for text, _ in _ROWS), Refused("not a JSON object")
    )
    yield _case("a CSV", "review,sentiment\na,b\n", Refused("not a JSON object"))
    wrapped = "".join(json.dumps({"data": one}) + "\n" for one in every)
    yield _case("all within another object", wrapped, Refused("no text column"))
    lists = "".join(json.dumps([text, label]) + "\n" for text, label in _ROWS)
    yield _case("lists", lists, Refused("one JSON array"))
    yield from _fields()
    yield from _lines()


def _fields() -> Iterator[Case]:
    """Odd names and values in every line."""
    yield _case("names in capitals", json_lines(_ROWS, (" Review ", "SENTIMENT")), kept())
    mixed = json_lines(_ROWS[::2]) + json_lines(_ROWS[1::2], ("Review", "Sentiment"))
    yield _case("names in two spellings", mixed, kept())
    turned = "".join(json.dumps({"sentiment": label, "review": text}) + "\n" for text, label in _ROWS)
    yield _case("fields in another order", turned, kept())
    flags = "".join(
        json.dumps({"review": text, "label": label == "positive"}) + "\n" for text, label in _ROWS
    )
    yield _case("labels true and false", flags, Rows({"true": ROWS // 2, "false": ROWS // 2}))
    numbers = flags.replace("true", "1").replace("false", "0.0")
    yield _case("labels 1 and 0.0", numbers, kept())
    stars = "".join(
        json.dumps({"review": text, "stars": 1 + at % 2 * 4e0}) + "\n" for at, (text, _) in enumerate(_ROWS)
    )
    yield _case("stars as floats", stars, kept())
    nested = "".join(json.dumps({"review": {"en": text}, "sentiment": label}) + "\n" for text, label in _ROWS)
    yield _case("texts that are objects", nested, Refused("that is no string"))
    listed = "".join(json.dumps({"review": text, "sentiment": [label]}) + "\n" for text, label in _ROWS)
    yield _case("labels that are lists", listed, Refused("neither a string nor a number"))
    no = "".join(json.dumps({"review": at, "sentiment": label}) + "\n" for at, (_, label) in enumerate(_ROWS))
    yield _case("texts that are numbers", no, Refused("that is no string"))
    unlabelled = json_lines([(f"{text} again", label) for text, label in _ROWS[:10]]).replace(
        '"sentiment"', '"x"'
    )
    yield _case("labels missing", _GOOD + unlabelled, kept(ROWS, None, unlabelled=10))
    empty = "".join(json.dumps({"sentiment": label}) + "\n" for _, label in _ROWS)
    yield _case("most texts missing", _GOOD + empty, RefusedByJob("have no text"))


def _lines() -> Iterator[Case]:
    """One odd line beside good ones."""
    fine: dict[str, tuple[str, str]] = {
        "escapes": (
            r'{"review": "caf\u00e9 \ud83d\ude00 \"so\" \/ \n end", "sentiment": "positive"}',
            'café 😀 "so" / end',
        ),
        "an escaped NUL": (r'{"review": "one\u0000two", "sentiment": "positive"}', "one two"),
        "other fields that are deep": (
            f'{{"review": "deep", "sentiment": "positive", "x": {"[" * 400}{"]" * 400}}}',
            "deep",
        ),
        "other fields twice": ('{"review": "twice", "sentiment": "positive", "x": 1, "x": 2}', "twice"),
        "a big number elsewhere": (f'{{"review": "big", "sentiment": "positive", "x": {"9" * 400}}}', "big"),
    }
    for title, (line, text) in fine.items():
        yield _case(title, f"{_GOOD}{line}\n", kept(ROWS, None, text, positive=1))
    for title, line in {
        "NaN": '{"review": "a film", "sentiment": NaN}',
        "Infinity": '{"review": "a film", "sentiment": "positive", "x": Infinity}',
        "a number of 5,000 digits": f'{{"review": "a film", "sentiment": {"9" * 5000}}}',
        "a hundred thousand brackets": "[" * 100_000,
        "objects a hundred thousand deep": '{"review": ' * 100_000,
        "half a character": r'{"review": "a \ud800 film", "sentiment": "positive"}',
        "half a character in the label": r'{"review": "a film", "sentiment": "\udc00"}',
        "a text twice": '{"review": "a film", "review": "b film", "sentiment": "positive"}',
        "a text twice in two spellings": '{"review": "a film", "Review": "b film", "sentiment": "positive"}',
        "a label twice": '{"review": "a film", "sentiment": "positive", "sentiment": "negative"}',
        "something behind the object": '{"review": "a film", "sentiment": "positive"} x',
        "a second object behind": '{"review": "a film", "sentiment": "positive"}{"review": "b"}',
        "single quotes": "{'review': 'a film', 'sentiment': 'positive'}",
        "a comment": '{"review": "a film", /* so */ "sentiment": "positive"}',
        "a comma too many": '{"review": "a film", "sentiment": "positive",}',
        "a tab in a string": '{"review": "a\tfilm", "sentiment": "positive"}',
        "cut off": '{"review": "a film", "sent',
        "null": "null",
    }.items():
        yield _case(title, f"{_GOOD}{line}\n", kept(ROWS, _ONE_MALFORMED))


def _case(title: str, text: str, expected: Expected) -> Case:
    return Case(title, "lines.jsonl", text.encode(), expected)
