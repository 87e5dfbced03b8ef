import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq

from localcloud.glue.formats import Format, hive_type, parquet_format, text_format

QUOTED = {"Delimiter": ",", "QuoteSymbol": '"', "ContainsHeader": "PRESENT"}
TWO_TEXTS = (("review", "string"), ("sentiment", "string"))


def test_a_csv_with_a_header_is_told_with_its_types() -> None:
    held = text_format(b"Title;Year;Score\nAlpha;1999;7.5\nBeta;2001;8\n", [])
    columns = (("title", "string"), ("year", "bigint"), ("score", "double"))
    assert held == Format("csv", columns, "none", ";")


def test_a_classifier_makes_every_column_text_and_knows_quotes() -> None:
    held = text_format(b'\xef\xbb\xbfreview,sentiment\n"a, ""b""\nc",1\n', [QUOTED])
    assert held == Format("csv", TWO_TEXTS, "none", ",", '"')


def test_the_head_of_a_gzip_is_enough_even_in_the_middle_of_a_character() -> None:
    text = "review,sentiment\n" + "\n".join(f"caf\u00e9 {number},positive" for number in range(5000))
    held = text_format(gzip.compress(text.encode())[:2000], [QUOTED])
    assert held == Format("csv", TWO_TEXTS, "gzip", ",", '"')
    for end in (21, 22):
        assert text_format(text.encode()[:end], [QUOTED]) is not None


def test_json_lines_are_told_from_csv() -> None:
    held = text_format(b'{"id": 1, "tags": ["a"], "by": {"name": "x"}}\n{"id": 2, "tags": [], "by"', [])
    assert held is not None
    assert held.classification == "json"
    assert dict(held.columns) == {"id": "bigint", "tags": "array<string>", "by": "struct<name:string>"}


def test_what_is_no_table_is_none() -> None:
    assert text_format(b"just a note\nof two lines\n", []) is None
    assert text_format(b"\x89PNG\r\n\x1a\n\xff\xfe", []) is None
    assert text_format(b"1,2\n3,4\n", []) is None
    assert parquet_format(io.BytesIO(b"PAR1 is only its beginning")) is None


def test_a_parquet_file_tells_its_schema() -> None:
    stream = io.BytesIO()
    pq.write_table(pa.table({"Label": ["a"], "n": pa.array([1], pa.int32())}), stream)
    held = parquet_format(stream)
    assert held == Format("parquet", (("label", "string"), ("n", "int")))
    assert hive_type(pa.timestamp("ms")) == "timestamp"


def test_formats_fit_one_table_when_their_columns_are_the_same() -> None:
    one = Format("csv", TWO_TEXTS, "gzip", ",", '"')
    assert one.fits(Format("csv", TWO_TEXTS[::-1], "none", ",", '"'))
    assert not one.fits(Format("csv", TWO_TEXTS, "none", ";"))
    assert not one.fits(Format("json", TWO_TEXTS))
    assert not one.fits(Format("csv", (("text", "string"),)))
