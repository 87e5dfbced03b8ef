"""Training as the rows grow: what is measured, and what is left out."""

from pathlib import Path

import pytest

from bench.figures import Row
from bench.models import growth

REVIEWS = [(f"film {number}", ("pos", "neg")[number % 2]) for number in range(100)]


def _rows(monkeypatch: pytest.MonkeyPatch, folder: Path, seconds: dict[str, float]) -> dict[str, Row]:
    """The rows of models that take so many seconds a thousand rows."""

    def measured(_: str, name: str, channels: Path, *__: object) -> dict[str, float]:
        size = int(channels.parent.name.removeprefix("growth-"))
        return {"wall": seconds[name] * size / 1000, "peak": 100.0}

    monkeypatch.setattr(growth, "measured", measured)
    rows = growth.growth([*seconds], (100, 1000, 2000), REVIEWS, folder)
    return {row.name: row for row in rows}


def test_a_peer_is_left_out_where_it_would_take_too_long_and_ours_never(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = _rows(monkeypatch, tmp_path, {"ngram": 900.0, "fastText": 1.0, "NB-SVM": 150.0})

    assert rows["wall, 1,000 rows"].values == {"ngram": [900.0], "fastText": [1.0], "NB-SVM": [150.0]}
    assert rows["wall, 2,000 rows"].values == {"ngram": [1800.0], "fastText": [2.0]}


def test_growth_is_the_largest_beside_the_one_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = _rows(monkeypatch, tmp_path, {"ngram": 3.0, "NB-SVM": 150.0})

    assert rows["wall, 2,000 rows beside 1,000"].values == {"ngram": [2.0]}
    assert rows["peak, 2,000 rows beside 1,000"].values == {"ngram": [1.0]}
