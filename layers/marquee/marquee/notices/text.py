"""The words of a notice: what, where, why, what next, what it cost."""

from marquee.costs import estimate
from marquee.ledger import Run
from marquee.notices.outcomes import IN_WORDS, Outcome

_WHAT = {
    Outcome.LIVE: "A new model is live.",
    Outcome.REJECTED: "The new model was not good enough and was not released.",
    Outcome.FAILED: "The run failed before a model could be released.",
    Outcome.REFUSED: "The file cannot be used; nothing was started.",
    Outcome.DUPLICATE: "This file was uploaded before; nothing was started.",
    Outcome.ATTENTION: "A run is in a state Marquee does not know.",
    Outcome.ROLLED_BACK: "An earlier model answers again.",
    Outcome.ROLLBACK_FAILED: "An earlier model could not be brought back.",
    Outcome.DRIFT: "The endpoint does not run the champion, and no release nor rollback is under way.",
    Outcome.IDLE: "Nobody asks the model any more.",
}
_NEXT = {
    Outcome.LIVE: 'Ask it: `marquee predict --stage {stage} "This movie was absolutely fantastic!"`',
    Outcome.REJECTED: "The model that answered before still answers. More or cleaner reviews may help; "
    "`marquee runs {run_id} --stage {stage}` shows the figures.",
    Outcome.FAILED: "The model that answered before, if there is one, still answers. When the cause is gone: "
    "`marquee rerun {run_id} --stage {stage}`",
    Outcome.REFUSED: "Correct the file and upload it again.",
    Outcome.DUPLICATE: "To process the same content again on purpose: "
    "`marquee rerun {run_id} --stage {stage}`",
    Outcome.ATTENTION: "Look at it: `marquee runs {run_id} --stage {stage}`; "
    "it is failed at its deadline unless it moves.",
    Outcome.ROLLED_BACK: "`marquee rollback --list --stage {stage}` shows what else can be brought back.",
    Outcome.ROLLBACK_FAILED: "The champion of before still answers. "
    "Try again: `marquee rollback --stage {stage}`",
    Outcome.DRIFT: "If somebody changed it on purpose: only `marquee rollback` and `marquee traffic` last. "
    "`marquee rollback --list --stage {stage}` shows what answers.",
    Outcome.IDLE: "`marquee rollback VERSION --stage {stage}` with the champion's version, or the next "
    "release, makes a deleted endpoint anew; IdleDays and DeleteIdleEndpoint say when that is.",
}


def write(run: Run, outcome: Outcome, stage: str, words: str = "") -> tuple[str, str]:
    """Return a notice's subject and text; `stage` is where its commands have to be sent."""
    parts = {
        "What": _what(run, outcome),
        "Where": f"s3://{run.upload.bucket}/{run.upload.key}, run {run.run_id}, attempt {run.attempt}",
        "Why": _why(run, outcome, words),
        "What next": _NEXT[outcome].format(run_id=run.run_id, stage=stage),
        "What it cost": estimate(run.facts).sentence() if _ended(outcome) else "",
    }
    return _subject(run, outcome), "\n\n".join(f"{title}: {text}" for title, text in parts.items() if text)


def _subject(run: Run, outcome: Outcome) -> str:
    known = _ended(outcome) and "accuracy" in run.facts
    figure = f", accuracy {run.facts['accuracy']:.1%}" if known else ""
    return f"Marquee: {run.run_id} {outcome}{figure}"


def _ended(outcome: Outcome) -> bool:
    return outcome not in (Outcome.DUPLICATE, *IN_WORDS)


def _what(run: Run, outcome: Outcome) -> str:
    if outcome is not Outcome.LIVE:
        return _WHAT[outcome]
    facts = run.facts
    return (
        f"{_WHAT[outcome]} Version {facts['model_version']} gets {facts['accuracy']:.1%} of "
        f"{facts['rows_test']:,} reviews right that it never saw; it learned from {facts['rows_train']:,}."
    )


def _why(run: Run, outcome: Outcome, words: str) -> str:
    if outcome is Outcome.DUPLICATE:
        return f"The same content under the same name is run {run.run_id}, which is at {run.stage}."
    if outcome in IN_WORDS:
        return words
    return run.reason
