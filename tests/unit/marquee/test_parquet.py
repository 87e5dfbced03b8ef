"""A Parquet file is judged by its footer, written here by pyarrow."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from marquee.datasets.parquet import check_parquet
from marquee.datasets.parquet_footer import read_footer
from marquee.datasets.thrift import ThriftError


def parquet(**columns: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=10)
    return sink.getvalue()


def problems(content: bytes, minimum_rows: int = 2) -> list[str]:
    return check_parquet(len(content), lambda start, end: content[start:end], minimum_rows)


GOOD = parquet(review=["a", "b"], meta=[{"x": 1, "y": [1, 2]}, None], label=["pos", "neg"])


def test_the_footer_gives_top_level_columns_and_rows() -> None:
    footer = read_footer(len(GOOD), lambda start, end: GOOD[start:end])
    assert footer.rows == 2
    assert [column.name for column in footer.columns] == ["review", "meta", "label"]
    assert problems(GOOD) == []


def test_many_row_groups_and_columns_are_read() -> None:
    columns = {f"c{number}": list(range(100)) for number in range(40)}
    assert problems(parquet(Text=["a"] * 100, stars=[1, 5] * 50, **columns), 100) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD[:-4], "damaged or cut off"),
        (GOOD[:4] + GOOD[-8:], "damaged or cut off"),
        (b"PAR1" + b"\xff" * 40 + (40).to_bytes(4, "little") + b"PAR1", "damaged or cut off"),
        (b"PAR1" + b"\x19" * 400 + (400).to_bytes(4, "little") + b"PAR1", "damaged or cut off"),
        (parquet(foo=["a", "b"]), "no text column"),
        (parquet(review=["a", "b"]), "no label column"),
        (parquet(review=[1, 2], label=["a", "b"]), "holds no strings"),
        (parquet(review=["a"], label=["b"]), "Rows: 1; at least 2"),
    ],
)
def test_what_cannot_work_is_refused(content: bytes, words: str) -> None:
    assert any(words in problem for problem in problems(content)), problems(content)


def test_any_cut_or_flipped_footer_is_an_error_in_words_never_a_crash() -> None:
    for at in range(len(GOOD) - 300, len(GOOD) - 8):
        content = GOOD[:at] + bytes([GOOD[at] ^ 0xFF]) + GOOD[at + 1 :]
        assert isinstance(problems(content), list)


def test_an_empty_file_has_no_footer() -> None:
    with pytest.raises(ThriftError):
        read_footer(0, lambda start, end: b"")
