"""An upload that cannot work is refused in words, with everything that is wrong at once."""

import gzip
import io
import time
import tracemalloc

import pytest

from marquee.datasets import validation
from marquee.datasets.delimited import check_csv
from marquee.datasets.file_names import name_problem
from marquee.datasets.json_lines import check_json_lines
from marquee.datasets.signatures import signature_problem
from marquee.datasets.validation import text_problems

ROWS = b"".join(b"good %d,pos\nbad %d,neg\n" % (i, i) for i in range(20))
GOOD = b"review,sentiment\n" + ROWS


def csv_problems(content: bytes, packed: bool = False, minimum_rows: int = 10) -> list[str]:
    return text_problems(io.BytesIO(content), check_csv, packed, minimum_rows)


def json_problems(*lines: str, minimum_rows: int = 4) -> list[str]:
    content = "\n".join(lines).encode()
    return text_problems(io.BytesIO(content), check_json_lines, False, minimum_rows)


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.rstrip(b"\n"),
        b"id, Review ,SENTIMENT\n" + ROWS.replace(b"good", b"7,good").replace(b"bad", b"8,bad"),
        GOOD + b'"two\nlines, a ""quote"" and a comma",pos\n',
        GOOD + b"no label yet,\n",
        GOOD + b"x" * 1_000_000 + b",pos\n",
        GOOD + "été 👍,pos\n".encode(),
        b"review,rating\n" + b"a,5\nb,1\nc,3\n" * 10,
        b"review,stars\n" + b"a,10\nb,1\nc,5.5\n" * 10,
        b"review,label\n" + b"a,0.0\nb,1.0\n" * 10,
        b"text,label\n" + b"a,spam\nb,ham\nc,neither\n" * 10,
        b"text,label\n" + b"".join(b"a,genre %d\n" % i for i in range(25)) * 10,
    ],
)
def test_what_can_work_has_no_problems(content: bytes) -> None:
    assert csv_problems(content) == []
    assert csv_problems(gzip.compress(content), packed=True) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"review,sentiment\n", "no rows after the header"),
        (b"foo,sentiment\n" + ROWS, "no text column"),
        (b"review,foo\n" + ROWS, "no label column"),
        (b"review,Review ,label\n" + b"a,b,pos\n" * 9, "'review' is there 2 times"),
        (GOOD.replace(b",", b";"), "separated by semicolons"),
        (GOOD.replace(b",", b"\t"), "separated by tabs"),
        (b"review,sentiment\n" + b"a,pos\n" * 30, "Every labelled row is 'positive'"),
        (b"review,sentiment\n" + b"a,pos\nb,neg\n" * 2, "Rows with a text and a label: 4; at least 10"),
        (GOOD + b"a,meh\n", "1 of 41 labelled rows hold an unknown label: 'meh' (first in row 42)"),
        (b"review,rating\n" + b"a,5\nb,1\nc,lots\n" * 9, "'lots' (first in row 4)"),
        (GOOD + b"caf\xe9,pos\n", "Byte 460 (0xE9) is not UTF-8"),
        (GOOD + b"\xc3", "Byte 457 (0xC3) is not UTF-8"),
        (GOOD + b"a\0b,pos\n", "NUL byte at byte 458"),
        (GOOD.decode().encode("utf-16"), "looks like UTF-16"),
        (GOOD.decode().encode("utf-16-be"), "looks like UTF-16"),
        (GOOD + b'"never closed,pos\na,neg\n', "Row 42 opens a quote that is never closed"),
        (GOOD + b'"ab"c,pos\n', "row 42 has text after a closing quote"),
        (GOOD + b"a,b,pos\n", "row 42 has 3 fields, not 2"),
        (GOOD + b"x" * 10_000_001 + b",pos\n", "Row 42 has a field of more than 10,000,000 characters"),
        (GOOD.replace(b"\n", b"\r"), "carriage return"),
    ],
)
def test_what_cannot_work_is_refused_in_words(content: bytes, words: str) -> None:
    assert any(words in problem for problem in csv_problems(content)), csv_problems(content)


def test_everything_wrong_is_said_at_once() -> None:
    problems = csv_problems(b"review,sentiment\ncaf\xe9,pos\na\0b,pos\nonly one field\n")
    assert len(problems) == 5, problems


def test_a_single_broken_row_among_many_is_left_to_quarantine() -> None:
    assert csv_problems(GOOD + ROWS * 3 + b"a,b,pos\n") == []


@pytest.mark.parametrize("keep", [0.2, 0.9, 0.99])
def test_a_cut_off_gzip_says_so(keep: float) -> None:
    packed = gzip.compress(GOOD, compresslevel=1)
    (problem,) = csv_problems(packed[: int(len(packed) * keep)], packed=True)
    assert "cut off before its end" in problem


def test_a_damaged_gzip_says_so() -> None:
    packed = bytearray(gzip.compress(GOOD * 50))
    packed[len(packed) // 2] ^= 0xFF
    assert "damaged" in csv_problems(bytes(packed), packed=True)[-1]


def test_a_gzip_of_several_members_is_read_to_its_end() -> None:
    members = gzip.compress(b"review,sentiment\n") + gzip.compress(ROWS)
    assert csv_problems(members, packed=True) == []


def test_one_endless_line_is_given_up_before_it_is_held() -> None:
    stream = io.BytesIO(b"review,sentiment\n" + b"a" * 60_000_000)
    tracemalloc.start()
    assert "longer than 40,000,000 characters" in text_problems(stream, check_csv, False, 10)[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 130_000_000  # the line as far as it was read, and its last copy


def test_a_gzip_that_unpacks_to_much_more_than_reviews_do_is_refused() -> None:
    bomb = gzip.compress(b"review,sentiment\n" + b"a good film,pos\n" * 400_000)
    assert "more than 100 times its size" in csv_problems(bomb, packed=True)[0]


def test_rows_of_the_same_few_words_may_pack_well() -> None:
    rows = b"review,sentiment\n" + b"good,pos\nbad,neg\n" * 20_000
    assert csv_problems(gzip.compress(rows), packed=True) == []


def test_the_end_of_the_sample_is_no_end_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a file of quoted reviews that is cut in the middle of one by the end of the sample
    monkeypatch.setattr(validation, "_SAMPLE_BYTES", 2**20)
    content = b"review,sentiment\n" + b'"good, so good",pos\n"bad,\nso bad",neg\n' * 40_000
    # when it is checked, then nothing is said of a quote that is never closed, and no rows are missed
    assert csv_problems(content, minimum_rows=1_000_000) == []


class Endless(io.RawIOBase):
    """A file of `size` bytes that nobody holds."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._row = (
            b'"a plain review of words, and a comma",positive\n"another, not so good",negative\n' * 2000
        )

    def read(self, _amount: int = -1) -> bytes:
        self._left -= len(self._row)
        return self._row if self._left > 0 else b""


class Prefixed:
    """A header before the rest."""

    def __init__(self, head: bytes, rest: Endless) -> None:
        self._head, self._rest = head, rest

    def read(self, amount: int = -1) -> bytes:
        head, self._head = self._head, b""
        return head or self._rest.read(amount)


def test_a_large_file_takes_seconds_and_little_memory() -> None:
    tracemalloc.start()
    started = time.process_time()
    stream = Prefixed(b"review,sentiment\n", Endless(4_000_000))
    assert text_problems(stream, check_csv, False, 100) == []
    seconds, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000
    assert seconds < 10  # tracemalloc makes this several times slower than life


def test_json_lines_are_read_as_rows() -> None:
    rows = ['{"Text": "a", "label": 1, "other": {"deep": [1]}}', '{"text": "b", "label": 0}', ""] * 2
    assert json_problems(*rows) == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (['[{"text": "a", "label": 1}]'], "one JSON array"),
        (['{"text": "a", "label": 1}', "{", "[1]"], "row 2 is not a JSON object; row 3 is not a JSON object"),
        (['{"body": "a"}'] * 5, "no label column"),
        (['{"text": "a", "label": ' + "[" * 100_000 + "}"], "cannot be read"),
        (['{"text": "a", "label": 1}'] * 5, "Every labelled row is 'positive'"),
    ],
)
def test_json_lines_that_cannot_work(lines: list[str], words: str) -> None:
    assert any(words in problem for problem in json_problems(*lines)), json_problems(*lines)


@pytest.mark.parametrize(
    ("key", "magic", "words"),
    [
        ("raw/a.xlsx", b"PK\x03\x04", "must end in one of"),
        ("raw/a.csv", b"PK\x03\x04", "zip archive or a spreadsheet"),
        ("raw/a.csv.gz", b"revi", "is no gzip file"),
        ("raw/a.csv", b"\x1f\x8b\x08\x00", "name it .gz"),
        ("raw/a.parquet.gz", b"\x1f\x8b\x08\x00", "cannot be packed"),
        ("raw/a.parquet", b"revi", "is no Parquet file"),
        ("raw/a.csv", b"PAR1", "is a Parquet file"),
        ("raw/a", b"revi", "must end in one of"),
    ],
)
def test_a_name_that_lies_is_refused(key: str, magic: bytes, words: str) -> None:
    assert words in (name_problem(key) or signature_problem(magic, key))


@pytest.mark.parametrize("key", ["raw/A.CSV", "raw/a.b.csv", "raw/a.jsonl", "raw/a.ndjson"])
def test_a_name_that_fits_is_taken(key: str) -> None:
    assert (name_problem(key), signature_problem(b"revi", key)) == ("", "")
