"""A teacher is the archive that was judged in this stage, and no other."""

from marquee.identity import Attempt
from marquee.training.teachers import judged_digest
from tests.unit.functions.conftest import Pipeline


def test_the_ledger_knows_the_digest_of_what_was_judged(pipeline: Pipeline) -> None:
    run = pipeline.go_live(0.9)
    attempt = run.attempt_id
    assert judged_digest(pipeline.ledger, "dev", f"marquee-dev-{attempt}") == run.facts["model_digest"] != ""


def test_of_other_jobs_it_knows_none(pipeline: Pipeline) -> None:
    attempt = pipeline.go_live(0.9).attempt_id
    for teacher in ("marquee-dev-films-0123456789", f"marquee-prod-{attempt}", "somebody-elses-job"):
        assert judged_digest(pipeline.ledger, "dev", teacher) == ""
    run = pipeline.ledger.get(Attempt.parse(attempt).run_id)
    assert pipeline.ledger.begin_attempt(run, "rerun", deadline="")
    assert judged_digest(pipeline.ledger, "dev", f"marquee-dev-{attempt}") == ""
