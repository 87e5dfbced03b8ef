"""What a teacher's archive must be: the one that was judged in this stage."""

from marquee import names
from marquee.ledger import Ledger, RunNotFound


def judged_digest(ledger: Ledger, stage: str, teacher: str) -> str:
    """Return the digest of a teacher's model.json as it was judged; "" if the ledger knows none.

    A teacher is the name of a training job. Once its run was run again its facts are those of that attempt.
    """
    try:
        attempt = names.attempt_of(stage, teacher)
        run = ledger.get(attempt.run_id)
    except (ValueError, RunNotFound):
        return ""
    return str(run.facts.get("model_digest", "")) if run.attempt == attempt.number else ""
