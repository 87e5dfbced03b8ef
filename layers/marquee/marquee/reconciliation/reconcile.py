"""One pass over the ledger: unfinished runs and batches, untold endings, a release left half done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

from botocore.exceptions import ClientError

from marquee.clock import later, now
from marquee.endings import Endings
from marquee.failures import FailRun, Failure
from marquee.identity import Attempt
from marquee.ledger import Run
from marquee.notices import Outcome, notify, outcome_of
from marquee.observability import about, logger
from marquee.reconciliation.batches import ReconcileBatches
from marquee.reconciliation.findings import Broken, Finding, Moved, Unasked, Unknown, counted, said
from marquee.reconciliation.inspection import Inspection
from marquee.settings import ReconcileSettings

_CAUSE = "reconcile"
# Runs looked at in a pass, newest first; an older one reached its deadline long ago.
_RUNS = 1_000
_TOLD_WITHIN_SECONDS = 7 * 86_400


@dataclass(frozen=True)
class Reconcile:
    """Moves on every run and batch whose event was lost; can run at any time, also twice at once."""

    endings: Endings
    inspection: Inspection
    failures: FailRun
    batches: ReconcileBatches

    @classmethod
    def of(cls, settings: ReconcileSettings) -> "Reconcile":
        """Wire it to AWS."""
        batches = ReconcileBatches.of(settings)
        return cls(Endings.of(settings), Inspection.of(settings), FailRun.of(settings), batches)

    def run(self, quiet_seconds: float) -> dict[str, str]:
        """Look at all nothing was heard of for `quiet_seconds`; return what was found, by run or batch id.

        One that breaks the reconciler itself holds up no other: all such are raised at the end.
        """
        before = later(-quiet_seconds)
        found, errors = {}, []
        for item_id, look in chain(self._runs(before), self.batches.looks(before)):
            about(run_id=item_id)
            try:
                if finding := look():
                    found[item_id] = finding
            except Exception as error:
                logger().exception("this run could not be reconciled")
                errors.append(error)
        self._finish_release()
        if errors:
            message = f"{len(errors)} runs could not be reconciled; the log names them"
            raise ExceptionGroup(message, errors)
        return found

    def _runs(self, before: str) -> Iterator[tuple[str, Callable[[], str]]]:
        for run in islice(self.endings.ledger.newest(), _RUNS):
            yield run.run_id, partial(self._look, run, before)

    def _look(self, run: Run, before: str) -> str:
        if run.ended:
            self._tell(run)
        elif run.updated_at <= before:
            return self._settle(self.endings.ledger.get(run.run_id))
        return ""

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
                run, f"Nothing moved it on by its deadline, {run.deadline}, at {run.stage}{said(finding)}."
            )
        elif isinstance(finding, Unknown):
            notify(self.endings.ledger, self.endings.topic, run, Outcome.ATTENTION, finding.sentence)
        return counted(run.stage, finding)

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


def _was_told(run: Run, outcome: Outcome) -> bool:
    return "sent_at" in run.notices.get(f"{run.attempt}-{outcome}", {})
