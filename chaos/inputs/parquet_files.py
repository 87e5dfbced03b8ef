"""Parquet files of every kind that a writer may make, and of some that none should."""

import datetime
import decimal
import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from chaos.inputs.case import ROWS, Case, Expected, Refused, RefusedByJob, Rows, kept, reviews

_TEXTS = [text for text, _ in reviews()]
_LABELS = [label for _, label in reviews()]
_NOW = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)


def parquet_files() -> Iterator[Case]:
    """Files by what is odd in them."""
    yield from _packings()
    yield from _labels()
    yield from _texts()
    yield from _other_columns()
    yield from _damaged()
    yield from _footers()


def _packings() -> Iterator[Case]:
    for codec in ("none", "snappy", "gzip", "zstd"):
        yield _case(f"packed with {codec}", _parquet(compression=codec), kept())
    yield _case("packed with LZ4", _parquet(compression="lz4"), kept())
    yield _case("packed with Brotli", _parquet(compression="brotli"), Refused("Brotli"))
    yield _case("data pages of version 2", _parquet(data_page_version="2.0"), kept())
    yield _case("version 1.0", _parquet(version="1.0"), kept())
    yield _case("no dictionary", _parquet(use_dictionary=False), kept())
    delta = {
        "use_dictionary": False,
        "column_encoding": dict.fromkeys(("review", "label"), "DELTA_BYTE_ARRAY"),
    }
    yield _case("delta encoding", _parquet(**delta), kept())
    yield _case("row groups of one row", _parquet(row_group_size=1), kept())
    yield _case("checksums", _parquet(write_page_checksum=True), kept())
    split = {"use_dictionary": False, "column_encoding": {"label": "BYTE_STREAM_SPLIT"}}
    floats = [float(label == "positive") for label in _LABELS]
    yield _case("byte stream split", _parquet(label=pa.array(floats), **split), Refused("BYTE_STREAM_SPLIT"))


def _labels() -> Iterator[Case]:
    flags = [label == "positive" for label in _LABELS]
    half = {"true": ROWS // 2, "false": ROWS // 2}
    for name, kind in (
        ("int8", pa.int8()),
        ("int64", pa.int64()),
        ("uint8", pa.uint8()),
        ("double", pa.float64()),
    ):
        yield _case(f"labels of {name}", _parquet(label=pa.array(map(int, flags), kind)), kept())
    yield _case("labels of float", _parquet(label=pa.array(map(float, flags), pa.float32())), kept())
    yield _case("labels of boolean", _parquet(label=pa.array(flags)), Rows(half))
    coded = pa.array(_LABELS).dictionary_encode()
    yield _case("labels from a dictionary", _parquet(label=coded), kept())
    nulls = [None if at % 8 == 0 else label for at, label in enumerate(_LABELS)]
    yield _case("null labels", _parquet(label=nulls), Rows({"negative": 60, "positive": 80, "": 20}))
    nan = [float("nan") if at % 8 == 0 else float(flag) for at, flag in enumerate(flags)]
    yield _case("NaN for a label", _parquet(label=nan), Rows({"0.0": 60, "1.0": 80, "NaN": 20}))
    for name, array in {
        "timestamps": pa.array([_NOW] * ROWS),
        "days": pa.array([_NOW.date()] * ROWS),
        "lists": pa.array([[label] for label in _LABELS]),
        "structs": pa.array([{"a": label} for label in _LABELS]),
        "maps": pa.array([[("a", label)] for label in _LABELS], pa.map_(pa.string(), pa.string())),
        "decimals": pa.array([decimal.Decimal(1)] * ROWS),
        "nothing": pa.nulls(ROWS),
        "unsigned 64 bits": pa.array([1] * ROWS, pa.uint64()),
        "half floats": pa.array([1.0] * ROWS, pa.float16()),
    }.items():
        yield _case(f"labels of {name}", _parquet(label=array), Refused("neither strings nor plain numbers"))


def _texts() -> Iterator[Case]:
    odd = pa.array([*_TEXTS[1:], "caf\xe9 \U0001f44d\n<br/>so"])
    yield _case("odd texts", _parquet(review=odd), kept(ROWS, None, "café 👍 so"))
    yield _case("large strings", _parquet(review=pa.array(_TEXTS, pa.large_string())), kept())
    yield _case("bytes", _parquet(review=pa.array([text.encode() for text in _TEXTS], pa.binary())), kept())
    latin = pa.array([*(text.encode() for text in _TEXTS), b"caf\xe9"], pa.binary())
    yield _case(
        "a text of Latin-1",
        _parquet(review=latin, label=[*_LABELS, "positive"]),
        kept(ROWS, {"invalid_utf8": 1}),
    )
    nulls = [*_TEXTS, None]
    yield _case(
        "a null text", _parquet(review=nulls, label=[*_LABELS, "positive"]), kept(ROWS, {"empty_text": 1})
    )
    for name, array in {
        "numbers": pa.array(range(ROWS)),
        "lists": pa.array([[text] for text in _TEXTS]),
        "structs": pa.array([{"en": text} for text in _TEXTS]),
        "fixed size": pa.array([b"12345678"] * ROWS, pa.binary(8)),
        "decimals": pa.array([decimal.Decimal(1)] * ROWS),
    }.items():
        yield _case(f"texts of {name}", _parquet(review=array), Refused("holds no strings"))


def _other_columns() -> Iterator[Case]:
    others = {
        "nanoseconds": pa.array([1] * ROWS, pa.timestamp("ns")),
        "a time of day": pa.array([1] * ROWS, pa.time64("us")),
        "durations": pa.array([1] * ROWS, pa.duration("ns")),
        "nested lists": pa.array([[{"a": [1, 2]}]] * ROWS),
        "nothing": pa.nulls(ROWS),
    }
    for name, array in others.items():
        yield _case(f"{name} beside", _parquet(other=array), kept())
    yield _case(
        "every kind beside", _parquet(**{f"c{at}": one for at, one in enumerate(others.values())}), kept()
    )
    halves = pa.array([1.0] * ROWS, pa.float16())
    yield _case("half floats beside", _parquet(other=halves), Refused("Spark does not know"))
    yield _case("names in capitals", _renamed(["REVIEW", " Label "]), kept())
    yield _case("odd names beside", _parquet(**{"a.b c,;{}()=`": ["x"] * ROWS}), kept())
    yield _case("names that differ in case beside", _parquet(id=[1] * ROWS, ID=[2] * ROWS), kept())
    yield _case("the text in two spellings", _parquet(Review=_TEXTS), Refused("'review' is there 2 times"))
    yield _case("the text twice", _twice("review"), Refused("'review' is there 2 times"))
    yield _case("another column twice", _twice("id"), kept())
    yield _case("no text column", _renamed(["words", "label"]), Refused("no text column"))
    yield _case("no label column", _renamed(["text", "mood"]), Refused("no label column"))
    wide = {f"c{at}": [0] * ROWS for at in range(2_000)}
    yield _case("two thousand columns beside", _parquet(**wide), kept())


def _damaged() -> Iterator[Case]:
    good = _parquet(compression="none", use_dictionary=False, write_page_checksum=True)
    at = good.index(b"Review number 7 of")
    yield _case("a bit flipped in a page with a checksum", _changed(good, at, b"Xe"), RefusedByJob("damaged"))
    yield _case("a page's header overwritten", _changed(good, 4, b"\xff" * 12), RefusedByJob("damaged"))
    yield _case("cut off", good[: len(good) // 2], Refused("damaged or cut off"))
    yield _case("cut off at the front", good[20:], Refused("no Parquet file"))
    yield _case("without its last bytes", good[:-4], Refused("damaged or cut off"))
    yield _case("magic and nothing else", b"PAR1", Refused("damaged or cut off"))
    yield _case("magic twice", b"PAR1PAR1", Refused("damaged or cut off"))
    yield _case("a CSV", b"review,label\na,b\n", Refused("no Parquet file"))
    yield _case("an Avro file", b"Obj\x01" + bytes(99), Refused("Avro"))
    yield _case("an ORC file", b"ORC" + bytes(99), Refused("ORC"))
    yield Case("Parquet by the name of a CSV", "table.csv", good, Refused("is a Parquet file"))
    yield Case("Parquet by the name of JSON lines", "table.jsonl", good, Refused("is a Parquet file"))


def _footers() -> Iterator[Case]:
    for name, footer in {
        "of noise": b"\xff" * 400,
        "of lists": b"\x19" * 400,
        "an integer of a megabyte": b"\x15" + b"\xff" * 2**20,
        "of zeros": bytes(400),
        "of five megabytes": b"\x15" + bytes(5 * 2**20),
    }.items():
        content = b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
        yield _case(f"a footer {name}", content, Refused("damaged or cut off"))
    huge = b"PAR1" + bytes(40) + (2**32 - 1).to_bytes(4, "little") + b"PAR1"
    yield _case("a footer longer than the file", huge, Refused("damaged or cut off"))
    yield _case(
        "no rows",
        _parquet(review=pa.array([], pa.string()), label=pa.array([], pa.string())),
        Refused("Rows: 0"),
    )
    yield _case("an encrypted footer", _encrypted(plaintext_footer=False), Refused("encrypted"))
    yield _case("encrypted columns", _encrypted(plaintext_footer=True), Refused("encrypted"))


def _parquet(review: Any = None, label: Any = None, **more: Any) -> bytes:
    options = ("compression", "version", "use_dictionary", "column_encoding", "row_group_size",
               "data_page_version", "write_page_checksum")  # fmt: skip
    held = {"review": _TEXTS if review is None else review, "label": _LABELS if label is None else label}
    columns = {name: array for name, array in more.items() if name not in options}
    return _written(pa.table({**held, **columns}), **{name: more[name] for name in options if name in more})


def _written(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def _renamed(names: list[str]) -> bytes:
    return _written(pa.table([_TEXTS, _LABELS], names=names))


def _twice(name: str) -> bytes:
    arrays = {"review": _TEXTS, "label": _LABELS, "id": ["x"] * ROWS}
    names = ["review", "label", "id", name]
    return _written(pa.Table.from_arrays([pa.array(arrays[one]) for one in names], names=names))


def _changed(content: bytes, at: int, by: bytes) -> bytes:
    return content[:at] + by + content[at + len(by) :]


class _Keys(pe.KmsClient):  # type: ignore[misc]
    """Hands a key out as it is."""

    def wrap_key(self, key_bytes: bytes, _master: str) -> bytes:
        return key_bytes.hex().encode()

    def unwrap_key(self, wrapped_key: bytes, _master: str) -> bytes:
        return bytes.fromhex(wrapped_key.decode())


def _encrypted(plaintext_footer: bool) -> bytes:
    configuration = pe.EncryptionConfiguration(
        footer_key="footer", column_keys={"columns": ["review", "label"]}, plaintext_footer=plaintext_footer
    )
    factory = pe.CryptoFactory(lambda _: _Keys())
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), configuration)
    return _written(pa.table({"review": _TEXTS, "label": _LABELS}), encryption_properties=properties)


def _case(title: str, content: bytes, expected: Expected) -> Case:
    return Case(title, "table.parquet", content, expected)
