"""What the job says of its steps: one line of JSON each, with the run."""

import json

import pytest

from etl.job import Job
from etl.pipeline import Stopwatch


def test_a_step_is_a_line_of_json_with_its_run(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Stopwatch(Job("films-1", "films-1-2", "raw", "raw/a\nb.csv", "curated", 10))

    with watch.step("write"):
        pass

    assert json.loads(capsys.readouterr().out) == {
        "run_id": "films-1",
        "attempt_id": "films-1-2",
        "step": "write",
        "seconds": watch.seconds["write"],
    }
