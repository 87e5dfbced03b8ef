"""What works or stands in AWS under our names and belongs to no run that needs it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile

from marquee import names
from marquee.batches import BatchLedger, BatchNotFound
from marquee.batches.transform_jobs import TransformJobs
from marquee.identity import Attempt, is_attempt
from marquee.ledger import Champion, Ledger, Run, RunNotFound, Stage
from marquee.notices.once import Attention, TellOnce
from marquee.observability import count, logger
from marquee.reconciliation.bounds import Budget, Errors
from marquee.releases.ab_configs import expected_config, is_ab_config
from marquee.services.glue import EtlJob
from marquee.services.leftovers import Leftovers
from marquee.services.topic import Topic
from marquee.services.training_jobs import TrainingJobs
from marquee.settings import ReconcileSettings
from marquee.stages import is_to_be_taken_back

_Kind = tuple[str, Iterator[str], Callable[[str], bool], Callable[[str], None]]

_OVER = (None, Stage.LIVE, Stage.REJECTED, Stage.FAILED)
_NEVER_LIVE = (None, Stage.REJECTED, Stage.FAILED)


@dataclass(frozen=True)
class Candidate:
    """Something that may be one, and how to be rid of it."""

    kind: str
    name: str
    is_orphan: Callable[[], bool]
    remove: Callable[[], None]


@dataclass(frozen=True)
class Orphans:
    """Stops and deletes orphans, each with one notice; safe to repeat, also twice at once."""

    stage: str
    ledger: Ledger
    batches: BatchLedger
    leftovers: Leftovers
    etl: EtlJob
    training: TrainingJobs
    transforms: TransformJobs
    notices: TellOnce

    @classmethod
    def of(cls, settings: ReconcileSettings) -> "Orphans":
        """Wire it to AWS."""
        stage, table = settings.stage, settings.ledger_table
        return cls(
            stage,
            Ledger(table),
            BatchLedger(table),
            Leftovers(names.attempt_name(stage, "")),
            EtlJob(settings.glue_job_name),
            TrainingJobs(),
            TransformJobs(),
            TellOnce.of(table, Topic(settings.notices_topic_arn, stage)),
        )

    def sweep(self, older_than_seconds: float, budget: Budget, errors: Errors) -> dict[str, str]:
        """Remove what is old enough to be no run's in the making; return what it was, by name."""
        before = datetime.now(UTC) - timedelta(seconds=older_than_seconds)
        found = {}
        for candidate in takewhile(lambda _: not budget.is_spent, self._candidates(before)):
            with errors.of(candidate.name):
                if candidate.is_orphan():
                    self._remove(candidate)
                    found[candidate.name] = candidate.kind
        return found

    def _remove(self, orphan: Candidate) -> None:
        logger().warning("an orphan", extra={"kind": orphan.kind, "orphan": orphan.name})
        # Told first: once it is gone, no later sweep would find it to tell of.
        if not is_ab_config(orphan.name):  # a rollback and a sweep leave it here, nothing went wrong
            self.notices.tell(_attention(orphan))
        orphan.remove()
        count("Orphans", kind=orphan.kind)

    def _candidates(self, before: datetime) -> Iterator[Candidate]:
        for job_run in self.etl.at_work(before):
            of_no_run = partial(self._is_job_run_of_no_run, job_run.attempt_id)
            stop = partial(self.etl.stop, job_run.job_run_id)
            yield Candidate("Glue job run", job_run.job_run_id, of_no_run, stop)
        for kind, listed, is_orphan, remove in self._kinds(before):
            for name in listed:
                yield Candidate(kind, name, partial(is_orphan, name), partial(remove, name))

    def _kinds(self, before: datetime) -> tuple[_Kind, ...]:
        listed, unused = self.leftovers, self._is_model_in_no_use
        return (
            ("training job", listed.training_jobs(before), self._is_job_of_no_run, self.training.stop),
            ("transform job", listed.transform_jobs(before), self._is_job_of_no_batch, self.transforms.stop),
            ("endpoint config", listed.endpoint_configs(before), unused, listed.delete_endpoint_config),
            ("model", listed.models(before), unused, listed.delete_model),
        )

    def _is_job_run_of_no_run(self, attempt_id: str) -> bool:
        # One that somebody started by hand under a name of their own is theirs.
        return is_attempt(attempt_id) and self._stage_of(Attempt.parse(attempt_id)) in _OVER

    def _is_job_of_no_run(self, name: str) -> bool:
        attempt = self._attempt(name)
        return attempt is not None and self._stage_of(attempt) in _OVER

    def _is_job_of_no_batch(self, name: str) -> bool:
        attempt = self._attempt(name)
        try:
            return attempt is not None and self.batches.get(attempt.id).ended
        except BatchNotFound:
            return True

    def _is_model_in_no_use(self, name: str) -> bool:
        if is_ab_config(name):
            of_ours = self._attempt(name.rpartition("-ab-")[0]) is not None
            return of_ours and name not in _wanted(self.ledger.champion())
        attempt = self._attempt(name)
        if attempt is None or self._stage_of(attempt) not in _NEVER_LIVE:
            return False
        return name not in _configs_of(self.ledger.champion())

    def _attempt(self, name: str) -> Attempt | None:
        """Return whose name it is; None if of no attempt."""
        try:
            return names.attempt_of(self.stage, name)
        except ValueError:
            return None

    def _stage_of(self, attempt: Attempt) -> str | None:
        """Return where an attempt stands or ended, None if there never was such an attempt."""
        try:
            run = self.ledger.get(attempt.run_id)
        except RunNotFound:
            return None
        if run.attempt == attempt.number and is_to_be_taken_back(run):
            return Stage.RELEASING
        return last_stage(run, attempt.number)


def _attention(orphan: Candidate) -> Attention:
    parts = {
        "What": f"A {orphan.kind} was found that no run or batch needs. It is being removed.",
        "Where": f"{orphan.kind} {orphan.name}",
        "Why": "Its run ended without it, or there is none: whoever made it died before it was recorded, "
        "or somebody made it by hand under a name of Marquee's.",
        "What next": "Nothing, if you made nothing by hand.",
    }
    text = "\n\n".join(f"{title}: {sentence}" for title, sentence in parts.items())
    return Attention("orphan", f"{orphan.kind}/{orphan.name}", f"a {orphan.kind} without a run", text)


def last_stage(run: Run, number: int) -> str | None:
    """Return the last stage in a run's history that its attempt of that number came to."""
    found, begun = None, 0
    for change in run.history:
        begun += change.stage == Stage.RECEIVED
        if begun == number:
            found = change.stage
    return found


def _wanted(champion: Champion | None) -> set[str]:
    return {champion.wanted, expected_config(champion)} if champion else set()


def _configs_of(champion: Champion | None) -> set[str]:
    if champion is None:
        return set()
    return {champion.endpoint_config, champion.wanted, *(one.endpoint_config for one in champion.previous)}
