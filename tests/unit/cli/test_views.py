"""Results in a terminal of 80 columns: nothing is cut off."""

import pytest
from rich.console import RenderableType

from cli.notices import Notice
from cli.terminal import Terminal
from cli.views import inbox_list, predictions_table, run_timeline, runs_table, strikes_table
from marquee.ledger import Change, Run, Stage, Upload

AT = "2026-11-22T17:00:00.000Z"
REASON = "Only 10 labelled rows are left of 12, and at least 100 are needed to train a model [sic]."
URI = "s3://marquee-local-models-000000000000-us-east-1/models/marquee-local-films-0000000001/output/model.tar.gz"
LIVE = Run("spring-films-0000000001", Upload("b", "raw/spring-films.csv", "e"), AT, AT, stage=Stage.LIVE)
FAILED = Run(
    "autumn-films-0000000002",
    Upload("b", "raw/autumn-films.csv", "e"),
    AT,
    AT,
    stage=Stage.FAILED,
    reason=REASON,
    facts={"rows": 2000, "accuracy": 0.931, "model_uri": URI},
    history=(Change("RECEIVED", AT, "upload"), Change("FAILED", "2026-11-22T17:00:10.500Z", REASON)),
)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Shown":
    monkeypatch.setenv("COLUMNS", "80")
    return Shown(capsys)


class Shown:
    """What a person sees of a view."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, view: RenderableType) -> list[str]:
        Terminal().show(None, view)
        lines = self._capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 80
        return [line.strip(" │") for line in lines]


def joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def test_the_runs_are_shown_with_whole_ids_and_whole_reasons(shown: Shown) -> None:
    lines = shown(runs_table([LIVE, FAILED]))

    assert lines[1].split() == ["spring-films-0000000001", "LIVE", "2026-11-22", "17:00"]
    assert lines[2].split() == ["autumn-films-0000000002", "FAILED", "2026-11-22", "17:00", "2000", "93.1%"]
    assert f"autumn-films-0000000002: {REASON}" in joined(lines)


def test_strikes_are_shown_by_fault(shown: Shown) -> None:
    faults = [{"kind": "drop", "times": 1}, {"kind": "kill", "times": 2}]
    subject = "rule training-ended -> marquee-local-start_release: SageMaker Training Job State Change 0b1c"
    struck = [{"fault": 0, "kind": "drop", "at": 1795000000.5, "subject": subject}]

    lines = shown(strikes_table({"plan": {"seed": 0, "faults": faults}, "struck": struck}))

    assert [line.split() for line in lines[1:3]] == [["0", "drop", "1", "1"], ["1", "kill", "0", "2"]]
    assert "11:06:40.500 0 drop" in joined(lines)
    assert "start_release" in joined(lines)


def test_without_a_plan_nothing_is_struck(shown: Shown) -> None:
    report = {"plan": {"seed": 0, "faults": []}, "struck": []}

    assert "`marquee faults PLAN` changes that" in joined(shown(strikes_table(report)))


def test_no_runs_say_how_to_start_one(shown: Shown) -> None:
    assert "`marquee upload FILE` starts one" in joined(shown(runs_table([])))


def test_a_run_shows_its_reason_its_changes_and_whole_facts(shown: Shown) -> None:
    lines = shown(run_timeline(FAILED))

    assert REASON in joined(lines)
    assert "17:00:00 RECEIVED 10.5 s upload" in joined(lines)
    assert URI in "".join(line.removeprefix("model_uri").strip() for line in lines)


def test_a_notice_is_wrapped_in_its_frame(shown: Shown) -> None:
    text = f"{REASON}\n{URI}"

    lines = shown(inbox_list([Notice("1", AT, "Marquee: autumn-films failed", text, {})]))

    assert REASON in joined(lines)
    assert URI in "".join(lines)
    assert "Marquee: autumn-films failed" in lines[0]


def test_a_long_review_is_wrapped_beside_its_label(shown: Shown) -> None:
    answer = {"predictions": [{"label": "positive", "confidence": 0.987}]}

    lines = shown(predictions_table(["a fine [film] " * 12], answer))

    assert lines[1].endswith("positive  98.7%")
    assert joined(lines).count("[film]") == 12


def test_the_words_behind_an_answer_are_shown_where_they_were_asked_for(shown: Shown) -> None:
    reason = {"phrase": "a [bold] film", "label": "positive", "weight": 1.234}
    sure = {"label": "positive", "confidence": 0.9, "explanation": [reason]}
    blank = {"label": "neutral", "confidence": 0.5, "explanation": []}

    lines = shown(predictions_table(["one", "two"], {"predictions": [sure, blank]}))

    assert lines[0].endswith("because of")
    assert lines[1].endswith("a [bold] film (positive +1.23)")
    assert lines[2].endswith("no word it knows")
