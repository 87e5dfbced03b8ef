"""Two datasets are the same when they hold the same rows, in whatever order and files."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.etl.outcome import outcome

ROWS = [("1", "good", "positive"), ("2", "bad", "negative"), ("3", "unsure", None)]


def _write(folder: Path, parts: dict[str, list[tuple[str, str, str | None]]]) -> tuple[int, str]:
    for name, rows in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = zip(("review_id", "review", "label"), map(list, zip(*rows, strict=True)), strict=True)
        pq.write_table(pa.table(dict(columns)), path)
    return outcome(folder)


def test_order_and_files_do_not_matter(tmp_path: Path) -> None:
    one = _write(tmp_path / "one", {"split=train/a.parquet": ROWS})
    parts = {"split=train/a.parquet": ROWS[2:], "split=train/b.parquet": ROWS[1::-1]}
    assert one == _write(tmp_path / "two", parts)
    assert one[0] == 3


def test_another_split_text_or_label_does(tmp_path: Path) -> None:
    changed = [("1", "good", "negative"), *ROWS[1:]]
    made = {
        _write(tmp_path / "one", {"split=train/a.parquet": ROWS}),
        _write(tmp_path / "two", {"split=test/a.parquet": ROWS}),
        _write(tmp_path / "three", {"split=train/a.parquet": changed}),
    }
    assert len(made) == 3
