"""Why a candidate was released or rejected, in the words of those who looked at it."""

from marquee.ledger import Run


def reason_of(run: Run) -> str:
    """Return what the judge said, and what the trial found if there was one."""
    said = (run.facts["judgement"], run.facts.get("trial", ""))
    return " ".join(sentence for sentence in said if sentence)
