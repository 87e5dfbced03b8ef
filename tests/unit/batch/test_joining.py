"""Rows and predictions, joined one to one or not at all."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, cast

import pytest

from marquee.batches.joining import BrokenPredictions, join
from marquee.batches.sheets import open_sheet


def joined(content: str, predictions: list[bytes]) -> list[list[str]]:
    sink = io.StringIO(newline="")
    join(open_sheet(cast("io.RawIOBase", io.BytesIO(content.encode())), "a.csv"), predictions, sink)
    return list(csv.reader(io.StringIO(sink.getvalue(), newline="")))


def prediction(number: int, label: str = "good", **scores: float) -> bytes:
    content: dict[str, Any] = {"id": str(number), "label": label, "confidence": 0.5}
    return json.dumps(content | {"scores": scores or {"good": 0.5, "bad": 0.5}}).encode()


CONTENT = "review\na\nb\n"


def test_columns_of_ours_that_are_taken_get_another_name() -> None:
    content = "review,Label,predicted_label,score_good\na,x,y,z\n"

    header, row = joined(content, [prediction(1)])

    assert header[4:] == ["predicted_predicted_label", "confidence", "predicted_score_good", "score_bad"]
    assert row[:5] == ["a", "x", "y", "z", "good"]


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@a", "'@a"),
        ("+a", "'+a"),
        ("-a", "'-a"),
        ("\ta", "'\ta"),
        ("-1", "-1"),
        ("+1.5", "+1.5"),
        ("a=b", "a=b"),
    ],
)
def test_a_label_is_never_a_formula(label: str, written: str) -> None:
    assert joined("review\na\n", [prediction(1, label)])[1][1] == written


def test_json_lines_become_no_formulas() -> None:
    header, row = joined(json.dumps({"text": "=HYPERLINK(1)", "@n": "-1"}) + "\n", [prediction(1)])

    assert header[:2] == ["text", "'@n"]
    assert row[:2] == ["'=HYPERLINK(1)", "-1"]


def test_the_users_own_cells_stay_as_they_are() -> None:
    assert joined('review,n\n"=1+1\r\nx",\n', [prediction(1)])[1][:2] == ["=1+1\r\nx", ""]


@pytest.mark.parametrize(
    ("predictions", "said"),
    [
        ([], "end before row 1"),
        ([prediction(1)], "end before row 2"),
        ([prediction(1), prediction(2), prediction(3)], "more predictions than the 2 rows"),
        ([prediction(2), prediction(1)], "for row 1 is about row 2"),
        ([b"{"], "line 1 of the predictions cannot be read"),
        ([b"[]"], "line 1 of the predictions cannot be read"),
        ([b'{"id": "1", "label": "a", "confidence": 1}'], "KeyError('scores')"),
        ([prediction(1), prediction(2, good=1)], "row 2 has scores for other labels"),
    ],
)
def test_predictions_that_do_not_fit_are_refused(predictions: list[bytes], said: str) -> None:
    with pytest.raises(BrokenPredictions) as broken:
        joined(CONTENT, predictions)

    assert said in str(broken.value)
