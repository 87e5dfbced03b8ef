"""Sending each notice once."""

from marquee.ledger import Ledger, Run
from marquee.notices.outcomes import Outcome
from marquee.notices.text import write
from marquee.observability import count
from marquee.services.topic import Topic

# Longer than Publish can take with all its retries, so an older claim belongs to a dead sender.
_LEASE_SECONDS = 120


def notify(ledger: Ledger, topic: Topic, run: Run, outcome: Outcome, occasion: str = "") -> bool:
    """Tell people about a run once per attempt and outcome, or per occasion; False if that was done.

    SNS knows no "exactly once", so the right to send is claimed in the ledger first. A sender that
    fails gives it back, for Lambda tries again sooner than a claim is stale; if it dies in between,
    the reconciler sends when the claim is stale. Only a death in the instant between SNS's answer
    and its record, or an answer that never arrives, can make a message come twice.
    """
    notice = f"{outcome}-{occasion}" if occasion else f"{run.attempt}-{outcome}"
    if not ledger.claim_notice(run.run_id, notice, _LEASE_SECONDS):
        return False
    try:
        subject, text = write(run, outcome, topic.stage, occasion)
        topic.publish(subject, text, {"stage": run.stage, "outcome": outcome, "run_id": run.run_id})
    except Exception:
        ledger.release_notice(run.run_id, notice)
        raise
    ledger.notice_sent(run.run_id, notice)
    count("Notices", outcome=outcome)
    return True
