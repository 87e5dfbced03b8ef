"""Bytes that are UTF-8, nearly UTF-8, or something else."""

import codecs
from collections.abc import Iterator

from chaos.inputs.case import ROWS, Case, Refused, RefusedByJob, kept, plain_csv, reviews, table

_GOOD = plain_csv()
_NO_UTF8 = {
    "latin-1": "caf\xe9".encode("latin-1"),
    "cp1252 quotes": "\u201cfine\u201d".encode("cp1252"),
    "shift jis": "映画".encode("shift_jis"),
    "gbk": "电影".encode("gbk"),
    "koi8-r": "кино".encode("koi8-r"),
    "overlong nul": b"a\xc0\x80b",
    "overlong slash": b"a\xe0\x80\xafb",
    "lone surrogate": b"a\xed\xa0\x80b",
    "surrogate pair (CESU-8)": b"\xed\xa0\xbd\xed\xb1\x8d",
    "beyond U+10FFFF": b"a\xf4\x90\x80\x80b",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "continuation alone": b"a\x80b",
    "0xFF": b"\xff",
    "UTF-8 and Latin-1 mixed": "schön ".encode() + "sch\xf6n".encode("latin-1"),
}
_ODD_TEXTS = {
    "four bytes and joiners": "👩\u200d🚀 👍🏽 film",
    "right to left": "فيلم رائع \u202eabc",
    "combining marks": "e\u0301le\u0301gant et brulant",
    "Thai without blanks": "ภาพยนตร์ที่ยอดเยี่ยม",
    "private use and unassigned": "film \ue000 \U000e0041 end",
    "mojibake": "schÃ¶ner Film",
}


def encodings() -> Iterator[Case]:
    """CSV files of one encoding each."""
    yield Case("UTF-8", "plain.csv", _GOOD.encode(), kept())
    yield Case("UTF-8 with a mark", "mark.csv", codecs.BOM_UTF8 + _GOOD.encode(), kept())
    yield Case("two marks", "marks.csv", codecs.BOM_UTF8 * 2 + _GOOD.encode(), Refused("no text column"))
    yield Case("a mark alone", "bom.csv", codecs.BOM_UTF8, Refused("is empty"))
    yield Case(
        "a mark in the middle", "middle.csv", (_GOOD + "\ufeffGood,positive\n").encode(), kept(positive=1)
    )
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
        yield Case(name, f"{name}.csv", _GOOD.encode(name), Refused("looks like UTF-16 or UTF-32"))
    yield Case("UTF-16 JSON", "wide.jsonl", '{"text": "a"}\n'.encode("utf-16"), Refused("looks like UTF-16"))
    yield Case("EBCDIC", "mainframe.csv", _GOOD.encode("cp500"), Refused("is not UTF-8"))
    yield Case(
        "UTF-7", "seven.csv", _GOOD.encode() + "\u00fcber,positive\n".encode("utf-7"), kept(positive=1)
    )
    yield Case("cut in a character", "cut.csv", _GOOD.encode() + b"caf\xc3", Refused("is not UTF-8"))
    for name, odd in _NO_UTF8.items():
        content = _GOOD.encode() + odd + b",positive\n"
        yield Case(name, f"{name.split()[0]}.csv", content, Refused("is not UTF-8"))
    for name, text in _ODD_TEXTS.items():
        content = table([*reviews(), (text, "positive")])
        yield Case(name, "odd.csv", content, kept(ROWS, None, text, positive=1))
    yield from _replaced()


def _replaced() -> Iterator[Case]:
    one = table([*reviews(), ("caf\ufffd ol\ufffd", "positive")])
    yield Case("one replacement character", "lost.csv", one, kept(ROWS, {"invalid_utf8": 1}))
    many = table([(f"{text} \ufffd", label) for text, label in reviews()])
    yield Case("replacement characters all over", "lost.csv", many, RefusedByJob("cannot be read"))
