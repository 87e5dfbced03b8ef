from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandError
from cli.fault_plans import follow, planned
from cli.main import main


def test_no_plan_is_no_plan() -> None:
    assert planned(None) is None


def test_mistakes_are_told_before_anything_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state"

    status = main(["up", "--state", str(state), "--faults", '[{"kind": "delay"}, {"kind": "error"}]'])

    assert status == 1
    assert "faults[0].seconds: Field required\nfaults[1]: say either" in capsys.readouterr().err
    assert not state.exists()


def test_what_only_the_cloud_can_tell_is_told_too() -> None:
    class Cloud:
        def set_faults(self, plan: Any) -> None:
            raise ValueError("faults[0].event: not an EventBridge pattern")

    plan = planned('[{"kind": "drop", "event": {"source": "x"}}]')
    assert plan

    with pytest.raises(CommandError, match="not an EventBridge pattern"):
        follow(Cloud(), plan)  # type: ignore[arg-type]


def test_there_must_be_a_cloud(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--state", str(tmp_path)]) == 1

    assert "No local cloud runs in this folder." in capsys.readouterr().err


def test_only_the_local_stage_goes_wrong_on_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--stage", "prod", "[]"]) == 1

    assert "is for the local stage" in capsys.readouterr().err
