"""One pass over what is open in the ledger: runs, batches, endings half done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from botocore.exceptions import ClientError

from marquee.catalogue import Catalogue
from marquee.crawls import FailedCrawls
from marquee.endings import Endings
from marquee.failures import FailRun, Failure
from marquee.identity import Attempt, is_attempt
from marquee.ledger import Run
from marquee.ledger.cursor import Cursor
from marquee.notices import Outcome, notify
from marquee.observability import about, gauge, logger
from marquee.reconciliation.batches import ReconcileBatches
from marquee.reconciliation.bounds import Budget
from marquee.reconciliation.closing import Closing
from marquee.reconciliation.findings import Broken, Finding, Unasked, Unknown, counted, is_hopeless, said
from marquee.reconciliation.inspection import Inspection
from marquee.reconciliation.patience import Patience
from marquee.reconciliation.turns import Due, Turns
from marquee.releases.endpoint_watch import EndpointWatch
from marquee.services.errors import throttled
from marquee.settings import ReconcileSettings
from marquee.stages import is_to_be_taken_back

_CAUSE = "reconcile"


@dataclass(frozen=True)
class Reconcile:
    """Moves on every run and batch whose event was lost; can run at any time, also twice at once."""

    endings: Endings
    inspection: Inspection
    failures: FailRun
    closing: Closing
    batches: ReconcileBatches
    endpoint: EndpointWatch
    catalogue: Catalogue
    crawls: FailedCrawls
    turns: Turns

    @classmethod
    def of(cls, settings: ReconcileSettings) -> "Reconcile":
        """Wire it to AWS."""
        batches, closing = ReconcileBatches.of(settings), Closing.of(settings)
        watch, catalogue = EndpointWatch.of(settings), Catalogue.of(settings)
        crawls, turns = FailedCrawls.of(settings), Turns(Cursor(settings.ledger_table))
        return cls(
            closing.endings,
            closing.inspection,
            closing.failures,
            closing,
            batches,
            watch,
            catalogue,
            crawls,
            turns,
        )

    def run(self, patience: Patience, budget: Budget) -> dict[str, str]:
        """Look at everything open that is due; return what was found, by run or batch id.

        What it does not come to in its time is the first that the next pass looks at.

        One that breaks the reconciler itself holds up no other: all such are raised at the end.
        """
        found, errors = {}, []
        for due in self.turns.of(self._due(patience), budget):
            about(run_id=due.run_id)
            try:
                if finding := due.look():
                    found[due.name] = finding
            except Exception as error:
                if throttled(error):
                    found[due.name] = counted("", Unasked(str(error)))
                    continue
                logger().exception("this run could not be reconciled")
                errors.append(error)
        about(run_id="")
        gauge("RunsOverdue", sum(finding in ("unknown", "unasked") for finding in found.values()))
        if errors:
            message = f"{len(errors)} runs could not be reconciled; the log names them"
            raise ExceptionGroup(message, errors)
        return found

    def _due(self, patience: Patience) -> Iterator[Due]:
        yield Due("the lease", "0/0", partial(_done, self._free_the_lease))
        yield Due("the endpoint", "0/1", partial(_done, self.endpoint.look))
        yield Due("the catalogue", "0/2", partial(_done, self.catalogue.crawl))
        yield Due("the crawls", "0/3", partial(_done, self.crawls.tell))
        for run in self.endings.ledger.open():
            if patience.is_over(run.ask_at, run.updated_at):
                place = f"1/{run.created_at}/{run.run_id}"
                yield Due(run.run_id, place, partial(self._look, run.run_id), run.run_id)
        yield from self.batches.due(patience)

    def _look(self, run_id: str) -> str:
        # Read again: the index is a moment behind, and the pass may have taken minutes to come here.
        run = self.endings.ledger.get(run_id)
        if not run.ended:
            return self._settle(run)
        self.closing.close(run)
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
        elif is_hopeless(finding, run.deadline):
            self._fail(run, _missed(run, finding))
        elif isinstance(finding, Unknown):
            occasion = f"{run.attempt}-{run.stage}"
            ledger, topic = self.endings.ledger, self.endings.topic
            notify(ledger, topic, run, Outcome.ATTENTION, occasion, words=finding.sentence)
        return counted(run.stage, finding)

    def _free_the_lease(self) -> None:
        """Give the lease back for a holder that died between taking it and seeing that its run has ended."""
        holder = self.endings.lock.holder()
        if not is_attempt(holder):
            return
        run = self.endings.ledger.get(Attempt.parse(holder).run_id)
        if (run.ended and not is_to_be_taken_back(run)) or run.attempt_id != holder:
            self.endings.lock.free(holder)

    def _fail(self, run: Run, reason: str) -> None:
        # What still works is stopped after, not before: the run must say why it was, whoever dies here.
        self.failures.fail(Failure(run.current, reason, _CAUSE))
        self.inspection.stop(run)


def _done(chore: Callable[[], object]) -> str:
    chore()
    return ""


def _missed(run: Run, finding: Finding) -> str:
    work = run.working
    waited = f", where it waited for {work.waiting_for} since {work.waiting_since}" if work.waits else ""
    return f"Nothing moved it on by its deadline, {run.deadline}, at {run.stage}{waited}{said(finding)}."
