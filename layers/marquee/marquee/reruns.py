"""Running an ended run again, on purpose."""

from dataclasses import dataclass

from marquee.identity import Attempt
from marquee.ledger import Ledger, Run, Stage
from marquee.ledger.release_lock import ReleaseLock
from marquee.observability import about
from marquee.services.executions import Executions
from marquee.settings import RerunSettings
from marquee.stages import deadline_of


class RunUnderWay(Exception):
    """A run that has not ended cannot be run again."""

    def __init__(self, run: Run) -> None:
        super().__init__(
            f"run {run.run_id} is at {run.stage} and not over yet; `marquee runs {run.run_id}` follows it"
        )


@dataclass(frozen=True)
class Rerun:
    """Begins the next attempt of a run."""

    ledger: Ledger
    lock: ReleaseLock
    preparation: Executions

    @classmethod
    def of(cls, settings: RerunSettings) -> "Rerun":
        """Wire it to AWS."""
        table = settings.ledger_table
        return cls(Ledger(table), ReleaseLock(table), Executions(settings.prepare_dataset_arn))

    def begin(self, run_id: str) -> Attempt:
        """Begin the next attempt and start its preparation; RunUnderWay if the run has not ended."""
        about(run_id=run_id)
        run = self.ledger.get(run_id)
        # A failed release is under way until the champion answers again.
        if self.lock.holder() == run.attempt_id or not self.ledger.begin_attempt(
            run, "rerun", deadline_of(Stage.RECEIVED)
        ):
            raise RunUnderWay(self.ledger.get(run_id))
        attempt = Attempt(run_id, run.attempt + 1)
        self.preparation.start(attempt)
        return attempt
