"""Uploads that cannot work are refused with a reason and a notice, before anything expensive starts."""

import pytest

from marquee.ledger import Stage as RunStage
from tests.e2e import uploads
from tests.e2e.conftest import Drops
from tests.e2e.stage import Stage


@pytest.mark.parametrize("case", uploads.bad_uploads())
def test_it_is_refused_and_no_job_starts(stage: Stage, drops: Drops, case: str) -> None:
    run = stage.ended(drops.bad[case])

    assert run.stage == RunStage.FAILED
    assert uploads.bad_uploads()[case][2] in run.reason
    assert "Traceback" not in run.reason
    assert stage.job_runs(run.run_id) == []
    assert run.reason in stage.notice(run.run_id, "refused").text


def test_a_job_that_throws_fails_the_run_with_the_figure_that_broke(stage: Stage, drops: Drops) -> None:
    run = stage.ended(drops.repeated)

    assert run.stage == RunStage.FAILED
    assert [one["JobRunState"] for one in stage.job_runs(run.run_id)] == ["FAILED"]
    assert "repeat another row" in run.reason
    assert "%" in run.reason
    stage.notice(run.run_id, "failed")
