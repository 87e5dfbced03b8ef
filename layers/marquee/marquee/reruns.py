"""Running an ended run again, on purpose."""

from dataclasses import dataclass

from marquee.identity import Attempt
from marquee.ledger import Ledger, Run, Stage
from marquee.ledger.release_lock import ReleaseLock
from marquee.notices import was_told
from marquee.observability import about
from marquee.services.executions import Executions
from marquee.settings import RerunSettings
from marquee.stages import ask_at_of, deadline_of, is_to_be_taken_back


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
        if self._is_under_way(run) or not self.ledger.begin_attempt(
            run, "rerun", deadline_of(Stage.RECEIVED), ask_at_of(Stage.RECEIVED)
        ):
            raise RunUnderWay(self.ledger.get(run_id))
        attempt = Attempt(run_id, run.attempt + 1)
        self.ledger.tried(self.ledger.get(run_id))
        self.preparation.start(attempt)
        return attempt

    def _is_under_way(self, run: Run) -> bool:
        # A failed release is under way until the champion answers again, and an ending until it is told.
        return self.lock.holder() == run.attempt_id or is_to_be_taken_back(run) or not was_told(run)
