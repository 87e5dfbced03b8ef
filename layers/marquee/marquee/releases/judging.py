"""Judging a candidate: its own evaluation, and the champion on the same rows."""

from dataclasses import dataclass
from typing import Any

from marquee import names
from marquee.identity import Attempt
from marquee.ledger import Champion, Ledger, Run, RunNotFound, Stage
from marquee.ledger.release_lock import ReleaseLock
from marquee.releases.archive import ArchiveError, Reports, read_lines, read_reports
from marquee.releases.effort import Effort, Efforts
from marquee.releases.endpoint_configs import VARIANT
from marquee.releases.lease import LEASE_SECONDS
from marquee.releases.predictions import TestRow, accuracy, ask, comparable
from marquee.releases.verdict import Bar, ChampionFigures, Verdict, judge, outdated
from marquee.services.endpoint import Endpoint, EndpointUnreachable
from marquee.services.objects import Objects
from marquee.settings import JudgeSettings
from marquee.stages import standing_at, wait

_FACTS = (
    "accuracy",
    "precision",
    "recall",
    "f1",
    "auc",
    "log_loss",
    "ece",
    "training_seconds",
    "artefact_bytes",
    "neutral_share",
    "predictions_per_second",
    "review_milliseconds",
    "algorithm",
    "labels",
    "confusion_matrix",
)


@dataclass(frozen=True)
class JudgeCandidate:
    """Decides whether an attempt's model may be released."""

    settings: JudgeSettings
    ledger: Ledger
    lock: ReleaseLock
    objects: Objects
    endpoint: Endpoint

    @classmethod
    def of(cls, settings: JudgeSettings) -> "JudgeCandidate":
        """Wire it to AWS."""
        ledger, lock = Ledger(settings.ledger_table), ReleaseLock(settings.ledger_table)
        return cls(settings, ledger, lock, Objects(), Endpoint(settings.endpoint_name))

    def judge(self, attempt: Attempt) -> Verdict | None:
        """Return the verdict, recorded in the ledger; None while another release is under way."""
        if not self.lock.acquire(attempt.id, LEASE_SECONDS):
            waiting = standing_at(self.ledger, attempt, Stage.JUDGING)
            wait(self.ledger, waiting, "another change of the endpoint")
            return None
        run = self._turn_of(attempt)
        champion = self.ledger.champion()
        try:
            verdict, facts = self._judged(run, champion)
        except ArchiveError as error:
            verdict, facts = Verdict(False, (f"The candidate cannot be judged: {error}.",)), {}
        replaces = champion.version if champion else ""
        self.ledger.record(run, {**facts, "replaces": replaces, "judgement": verdict.sentence})
        return verdict

    def _turn_of(self, attempt: Attempt) -> Run:
        # Looked at only now: an attempt that ended while it waited must not keep the lock.
        run = self.ledger.get(attempt.run_id)
        if run.ended or run.attempt != attempt.number:
            self.lock.free(attempt.id)
        return standing_at(self.ledger, attempt, Stage.JUDGING)

    def _judged(self, run: Run, champion: Champion | None) -> tuple[Verdict, dict[str, Any]]:
        job = names.attempt_name(self.settings.stage, run.attempt_id)
        reports = self._reports(run, job)
        evaluation = reports.evaluation
        rows = self._rows(job)
        facts = {name: evaluation[name] for name in _FACTS if name in evaluation}
        facts["model_digest"] = reports.digest
        if champion and run.began_at < champion.begun:
            return outdated(run.began_at, champion), facts
        figures = self._champion_figures(champion, rows, evaluation) if champion else None
        bar = Bar(self.settings.accuracy_floor, self.settings.max_accuracy_drop)
        verdict = judge(evaluation["accuracy"], evaluation["rows"]["test"], bar, figures)
        return verdict, facts | ({"champion_accuracy": figures.accuracy} if figures else {})

    def _reports(self, run: Run, job: str) -> Reports:
        bucket = self.settings.model_bucket
        reports = read_reports(self.objects.open(bucket, names.model_archive_key(job)))
        if run.facts.get("model_digest", reports.digest) != reports.digest:
            message = "the archive is not the one that was judged before; somebody has replaced it"
            raise ArchiveError(message)
        rows = reports.evaluation.get("rows")
        known = isinstance(reports.evaluation.get("accuracy"), float | int)
        if not known or not (rows and rows.get("test")):
            message = "evaluation.json lacks the accuracy or the number of test rows"
            raise ArchiveError(message)
        self.objects.write_json(bucket, names.evaluation_key(job), reports.evaluation)
        return reports

    def _rows(self, job: str) -> list[TestRow]:
        stream = self.objects.open(self.settings.model_bucket, names.output_archive_key(job))
        rows = comparable(read_lines(stream, "test.jsonl"))
        if not rows:
            message = "test.jsonl holds no rows"
            raise ArchiveError(message)
        return rows

    def _champion_figures(
        self, champion: Champion, rows: list[TestRow], evaluation: dict[str, Any]
    ) -> ChampionFigures:
        efforts = self._efforts(champion, evaluation)
        candidate = accuracy(rows, {row.review_id: row.predicted for row in rows})
        try:
            endpoint = self.endpoint.variant(VARIANT) if champion.challenger else self.endpoint
            known = accuracy(rows, ask(endpoint, rows))
        except EndpointUnreachable as error:
            # A champion that cannot answer must not keep better models out for ever.
            note = f"The champion could not be asked ({error}); when it was released"
            return ChampionFigures(
                champion.version, champion.accuracy, 0, evaluation["accuracy"], note, efforts
            )
        return ChampionFigures(champion.version, known, len(rows), candidate, efforts=efforts)

    def _efforts(self, champion: Champion, evaluation: dict[str, Any]) -> Efforts | None:
        """Return what both models take; None where the champion's run is gone, moved on or does not say."""
        try:
            run = self.ledger.get(champion.run_id)
        except RunNotFound:
            return None
        candidate, known = Effort.of(evaluation), Effort.of(run.facts)
        if run.attempt_id != champion.attempt_id or not candidate or not known:
            return None
        return Efforts(candidate, known)
