"""Tables of the bench: medians, ratios, text, and two runs beside each other."""

import json
from pathlib import Path

import pytest

from bench import compare
from bench.figures import Row, Table, rows_of, table_of
from bench.printing import number, shown

TABLE = Table(
    "etl",
    "ETL",
    ("ours", "theirs"),
    rows_of({"ours": [{"job": 30.0}, {"job": 10.0}, {"job": 20.0}], "theirs": [{"job": 5.0}]}, {"job": "s"}),
    ("A note.",),
)


def test_a_peer_is_shown_by_its_median_and_how_many_times_ours_it_is() -> None:
    assert shown(TABLE).splitlines() == [
        "## ETL",
        "",
        "|        | ours |       theirs |",
        "|--------|-----:|-------------:|",
        "| job, s | 20.0 | 5.00 (0.25×) |",
        "",
        "A note.",
    ]


def test_only_figures_with_a_unit_are_rows_and_a_peer_may_lack_one() -> None:
    rows = rows_of({"ours": [{"p50": 1.0, "seed": 3.0}], "theirs": []}, {"p50": "ms", "p99": "ms"})
    assert [(row.name, row.median("ours"), row.median("theirs")) for row in rows] == [("p50", 1.0, None)]
    assert "–" in shown(Table("x", "X", ("ours", "theirs"), rows))


def test_a_ratio_to_nothing_is_not_shown() -> None:
    rows = (Row("errors", "", {"ours": [0.0], "theirs": [2.0]}),)
    assert "×" not in shown(Table("x", "X", ("ours", "theirs"), rows))


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1,234"), (99.94, "99.9"), (1.234, "1.23"), (0.01234, "0.012"), (None, "–")]
)
def test_numbers_have_the_digits_that_count(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_table_comes_back_from_its_json() -> None:
    assert table_of(json.loads(json.dumps(TABLE.document()))) == TABLE


def _written(path: Path, job: float, subject: str = "etl") -> str:
    rows = (Row("job", "s", {"ours": [job], "theirs": [4.0]}),)
    table = Table(subject, "ETL", ("ours", "theirs"), rows)
    path.write_text(json.dumps({"tables": [table.document()]}))
    return str(path)


def test_two_runs_are_compared_figure_by_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = _written(tmp_path / "a.json", 20.0), _written(tmp_path / "b.json", 10.0)
    assert compare.main([before, after]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == [
        "etl: job, s",
        "ours",
        "20.0",
        "10.0",
        "0.50",
    ]
    assert len(lines) == 4


def test_runs_of_other_subjects_have_nothing_to_compare(tmp_path: Path) -> None:
    before, after = _written(tmp_path / "a.json", 20.0), _written(tmp_path / "b.json", 10.0, "function")
    assert compare.main([before, after]) == 1
