"""Sending each notice once."""

from marquee.ledger import Ledger, Run
from marquee.notices.outcomes import Outcome, outcome_of
from marquee.notices.text import write
from marquee.observability import count
from marquee.services.topic import Topic

# Longer than Publish can take with all its retries (clients.sns), so an older claim is a dead sender's.
LEASE_SECONDS = 30
# A file may be dropped again for ever: of older repeats the ledger forgets that they were told.
_REPEATS_KEPT = 20


def notify(  # noqa: PLR0913 - what a notice says, and whose it is
    ledger: Ledger, topic: Topic, run: Run, outcome: Outcome, occasion: str = "", *, words: str = ""
) -> bool:
    """Tell people about a run once per attempt and outcome, or per occasion; False if that was done.

    SNS knows no "exactly once", so the right to send is claimed in the ledger first. A sender that
    fails gives it back, for Lambda tries again sooner than a claim is stale; if it dies in between,
    the reconciler sends when the claim is stale. Only a death in the instant between SNS's answer
    and its record, or an answer that never arrives, can make a message come twice.
    """
    notice = f"{outcome}-{occasion}" if occasion else f"{run.attempt}-{outcome}"
    if not ledger.claim_notice(run.run_id, notice, LEASE_SECONDS, words, _told_repeats(run)):
        return False
    try:
        subject, text = write(run, outcome, topic.stage, words)
        topic.publish(subject, text, {"stage": run.stage, "outcome": outcome, "run_id": run.run_id})
    except Exception:
        ledger.release_notice(run.run_id, notice)
        raise
    ledger.notice_sent(run.run_id, notice)
    count("Notices", outcome=outcome)
    if outcome == outcome_of(run) and not occasion:
        count("RunsEnded", outcome=outcome)
    return True


def tell_untold(ledger: Ledger, topic: Topic, run: Run) -> bool:
    """Send every notice whose sender died; whether all are sent, and nobody is at it, when this is done."""
    ending = outcome_of(run)
    if ending and not was_told(run):
        notify(ledger, topic, run, ending)
    for notice, entry in run.notices.items():
        outcome, _, occasion = notice.partition("-")
        if occasion and not outcome.isdigit() and "sent_at" not in entry:
            notify(ledger, topic, run, Outcome(outcome), occasion, words=entry.get("words", ""))
    return all("sent_at" in entry for entry in ledger.get(run.run_id).notices.values())


def was_told(run: Run) -> bool:
    """Whether the notice of how the run's attempt ended went out."""
    return "sent_at" in run.notices.get(f"{run.attempt}-{outcome_of(run)}", {})


def _told_repeats(run: Run) -> list[str]:
    told = [
        (entry["claimed_at"], notice)
        for notice, entry in run.notices.items()
        if notice.startswith(f"{Outcome.DUPLICATE}-") and "sent_at" in entry
    ]
    return [notice for _, notice in sorted(told)[: -_REPEATS_KEPT + 1]]
