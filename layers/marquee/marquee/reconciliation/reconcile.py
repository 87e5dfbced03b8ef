"""One pass over the ledger: unfinished runs, untold endings, a release that was left half done."""

from dataclasses import dataclass
from itertools import islice

from botocore.exceptions import ClientError

from marquee.clock import later, now
from marquee.endings import Endings
from marquee.failures import FailRun, Failure
from marquee.identity import Attempt
from marquee.ledger import Run
from marquee.notices import Outcome, notify, outcome_of
from marquee.observability import about, count, logger
from marquee.reconciliation.findings import Broken, Finding, Moved, Unasked, Unknown
from marquee.reconciliation.inspection import Inspection
from marquee.settings import ReconcileSettings

_CAUSE = "reconcile"
# Runs looked at in a pass, newest first; an older one reached its deadline long ago.
_RUNS = 1_000
_TOLD_WITHIN_SECONDS = 7 * 86_400


@dataclass(frozen=True)
class Reconcile:
    """Moves on every run whose event was lost; can run at any time, also twice at once."""

    endings: Endings
    inspection: Inspection
    failures: FailRun

    @classmethod
    def of(cls, settings: ReconcileSettings) -> "Reconcile":
        """Wire it to AWS."""
        return cls(Endings.of(settings), Inspection.of(settings), FailRun.of(settings))

    def run(self, quiet_seconds: float) -> dict[str, str]:
        """Look at every run nothing was heard of for `quiet_seconds`; return what was found, by run_id.

        A run that breaks the reconciler itself holds up no other: all such are raised at the end.
        """
        before = later(-quiet_seconds)
        found, errors = {}, []
        for run in islice(self.endings.ledger.newest(), _RUNS):
            about(run_id=run.run_id)
            try:
                if run.ended:
                    self._tell(run)
                elif run.updated_at <= before:
                    found[run.run_id] = self._settle(self.endings.ledger.get(run.run_id))
            except Exception as error:
                logger().exception("this run could not be reconciled")
                errors.append(error)
        self._finish_release()
        if errors:
            message = f"{len(errors)} runs could not be reconciled; the log names them"
            raise ExceptionGroup(message, errors)
        return found

    def _settle(self, run: Run) -> str:
        finding: Finding
        try:
            finding = self.inspection.inspect(run)
        except ClientError as error:
            # One run that cannot be looked at must not keep the others waiting.
            finding = Unasked(str(error))
        if isinstance(finding, Broken):
            self._fail(run, finding.reason)
        elif not isinstance(finding, Moved) and run.deadline < now():
            self.inspection.stop(run)
            self._fail(
                run, f"Nothing moved it on by its deadline, {run.deadline}, at {run.stage}{_said(finding)}."
            )
        elif isinstance(finding, Unknown):
            notify(self.endings.ledger, self.endings.topic, run, Outcome.ATTENTION, finding.sentence)
        return _counted(run, finding)

    def _fail(self, run: Run, reason: str) -> None:
        self.failures.fail(Failure(run.current, reason, _CAUSE))

    def _tell(self, run: Run) -> None:
        outcome = outcome_of(run)
        if outcome and run.updated_at > later(-_TOLD_WITHIN_SECONDS) and not _was_told(run, outcome):
            notify(self.endings.ledger, self.endings.topic, run, outcome)

    def _finish_release(self) -> None:
        holder = self.endings.lock.holder()
        run = self.endings.ledger.get(Attempt.parse(holder).run_id) if holder else None
        if run and outcome_of(run) is Outcome.FAILED:
            self.failures.take_back(run)
        elif run and run.ended:
            self.endings.lock.free(holder)


def _said(finding: Finding) -> str:
    if isinstance(finding, Unasked):
        return f"; its service could not be asked: {finding.error}"
    return f"; {finding.sentence}" if isinstance(finding, Unknown) else ""


def _was_told(run: Run, outcome: Outcome) -> bool:
    return "sent_at" in run.notices.get(f"{run.attempt}-{outcome}", {})


def _counted(run: Run, finding: Finding) -> str:
    kind = type(finding).__name__.lower()
    logger().info("reconciled", extra={"stage": run.stage, "finding": kind, "detail": str(finding)})
    count("Reconciled", finding=kind, stage=run.stage)
    return kind
