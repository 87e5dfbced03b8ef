"""Batch files as rows: what is read, what is refused, and how much memory it takes."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from typing import cast

import pytest

from marquee.batches.conversion import json_lines
from marquee.batches.problems import RefusedBatch
from marquee.batches.sheets import open_sheet
from marquee.batches.streams import unpacked


def converted(content: bytes | str, name: str) -> list[dict[str, str]]:
    body = content.encode() if isinstance(content, str) else content
    return [json.loads(line) for line in json_lines(open_sheet(cast("io.RawIOBase", io.BytesIO(body)), name))]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "a.csv", "the file is empty"),
        ("\n\n", "a.csv", "the file is empty"),
        ("review\n", "a.csv", "a header and no rows"),
        ("title,year\nx,1\n", "a.csv", "no column is called review or text"),
        ("review,n\nfine,1\nfine\nfine,1,2\n", "a.csv", "line 3 has 1 fields and the header 2; the row that"),
        ('review\n"fine\n', "a.csv", "a quote that is not closed"),
        (b"review\nfine\n\xff\xfe\n", "a.csv", "not UTF-8"),
        (
            gzip.compress(b"review\n" + b"fine\n" * 1000, mtime=0)[:-20],
            "a.csv.gz",
            "breaks off or is damaged",
        ),
        (b"\x1f\x8bnot gzip", "a.csv.gz", "breaks off or is damaged"),
        (b"PAR1 and so on", "a.parquet", "the file is Parquet"),
        ("review\n" + "a" * 5_000_001, "a.csv", "the text of row 1 has 5,"),
        (
            '{"text": "a"}\n{"text": "b", "x": 1}\n[]\n{',
            "a.jsonl",
            "the first line lacks: x; line 3",
        ),
        ('{"text": "a", "x": "\\ud800"}', "a.jsonl", "row 1 holds half a character"),
        ("review\n" + "a,b\n" * 100, "a.csv", "and perhaps more"),
    ],
)
def test_a_file_that_cannot_work_is_refused_with_all_its_problems(
    content: bytes | str, name: str, said: str
) -> None:
    with pytest.raises(RefusedBatch) as refused:
        converted(content, name)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("header", "at"),
    [("review", 0), ("id, Text ", 1), ("body,comment,CONTENT", 2), ("text,review", 1), ("\ufeffreview,a", 0)],
)
def test_the_text_column_is_found_by_its_name(header: str, at: int) -> None:
    width = header.count(",") + 1
    row = ",".join("here" if position == at else "elsewhere" for position in range(width))

    assert converted(f"{header}\n{row}\n", "a.csv") == [{"id": "1", "text": "here"}]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_blank_lines_are_no_rows_and_line_ends_are_all_the_same(newline: str) -> None:
    content = newline.join(["review,n", "a,1", "", "b,2"])

    assert [line["text"] for line in converted(content, "a.csv")] == ["a", "b"]


def test_json_lines_are_known_by_their_first_character_as_well() -> None:
    assert converted(' {"text": "a"}', "a.txt") == [{"id": "1", "text": "a"}]


def test_a_small_file_that_unpacks_without_end_is_refused() -> None:
    bomb = gzip.compress(b"review\n" + b"a\n" * 500_000)
    stream = unpacked(cast("io.RawIOBase", io.BytesIO(bomb)), limit=100_000)

    with pytest.raises(RefusedBatch, match="more than 100,000 bytes unpacked"):
        stream.read()


def test_memory_does_not_grow_with_the_rows() -> None:
    packed = io.BytesIO(gzip.compress(b"review\n" + (b"a" * 9_999 + b"\n") * 2_000))
    tracemalloc.start()

    rows = sum(1 for _ in json_lines(open_sheet(cast("io.RawIOBase", packed), "a.csv.gz")))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 2_000
    assert peak < 2_000_000
