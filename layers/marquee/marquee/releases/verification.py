"""Whether the endpoint really runs the candidate: its config, its version, its answers."""

from dataclasses import dataclass
from typing import Literal

from marquee import names
from marquee.identity import Attempt
from marquee.ledger import Ledger, Run, Stage
from marquee.releases.archive import read_lines
from marquee.releases.known_reviews import KNOWN, misread, questions
from marquee.releases.predictions import ask, comparable
from marquee.services.endpoint import Endpoint, EndpointState, EndpointUnreachable
from marquee.services.objects import Objects
from marquee.settings import VerifySettings
from marquee.stages import standing_at

_ROWS = 20
# Served and evaluated in different processes, so a row on the border may tip over.
_AGREEMENT = 0.9
# InService says that SageMaker is done; the first requests may still meet a container that starts, and a
# serverless one does so anew. Past this many seconds it is no start any more.
_MAY_START_SECONDS = 600


class NotVerified(Exception):
    """The endpoint does not serve the candidate as it should; says how."""


@dataclass(frozen=True)
class Verification:
    """What was found; `reason` is empty unless it failed."""

    status: Literal["updating", "verified", "failed"]
    reason: str = ""


@dataclass(frozen=True)
class VerifyEndpoint:
    """Compares what the endpoint runs and answers with what the attempt asked for."""

    settings: VerifySettings
    ledger: Ledger
    objects: Objects
    endpoint: Endpoint

    @classmethod
    def of(cls, settings: VerifySettings) -> "VerifyEndpoint":
        """Wire it to AWS."""
        ledger, endpoint = Ledger(settings.ledger_table), Endpoint(settings.endpoint_name)
        return cls(settings, ledger, Objects(), endpoint)

    def verify(self, attempt: Attempt) -> Verification:
        """Return whether the endpoint serves the attempt's model; RunMoved if the run is past that."""
        run = standing_at(self.ledger, attempt, Stage.RELEASING)
        state = self.endpoint.state()
        if state and state.changing:
            return Verification("updating")
        try:
            self._check_config(state, run.facts["endpoint_config"])
            self._check_known_reviews(run)
            self._check_test_rows(run)
        except EndpointUnreachable as error:
            starting = error.starting and state is not None and state.age < _MAY_START_SECONDS
            return Verification("updating") if starting else Verification("failed", str(error))
        except NotVerified as error:
            return Verification("failed", str(error))
        return Verification("verified")

    def _check_config(self, state: EndpointState | None, config: str) -> None:
        if state is None:
            message = f"endpoint {self.endpoint.name} is gone: somebody deleted it during the release"
            raise NotVerified(message)
        why = f": {state.failure}" if state.failure else ""
        if state.status != "InService":
            message = f"endpoint {self.endpoint.name} is {state.status}{why}"
            raise NotVerified(message)
        if state.config != config:
            # SageMaker reports InService after a rollback too ("Auto-Rollback Configuration").
            message = (
                f"SageMaker rolled the endpoint back without saying so: it is InService with {state.config}, "
                f"not with {config}{why}"
            )
            raise NotVerified(message)

    def _check_known_reviews(self, run: Run) -> None:
        answer = self.endpoint.ask(questions())
        version = str(answer.get("model", {}).get("version", ""))
        if version != run.facts["model_version"]:
            message = (
                f"the endpoint answers as version {version or 'unknown'}, not {run.facts['model_version']}"
            )
            raise NotVerified(message)
        predictions = answer.get("predictions", [])
        if len(predictions) != len(questions()):
            message = f"the endpoint answered {len(predictions)} of {len(questions())} known reviews"
            raise NotVerified(message)
        labels = {label for item in predictions for label in item.get("scores", {})}
        wrong = misread(predictions) if labels == set(KNOWN) else []
        if wrong:
            message = (
                f"the model misreads {len(wrong)} of {len(questions())} plain reviews, such as {wrong[0]!r}"
            )
            raise NotVerified(message)

    def _check_test_rows(self, run: Run) -> None:
        key = names.output_archive_key(names.attempt_name(self.settings.stage, run.attempt_id))
        rows = comparable(read_lines(self.objects.open(self.settings.model_bucket, key), "test.jsonl"), _ROWS)
        choices = ask(self.endpoint, rows)
        same = sum(choices[row.review_id] == row.predicted for row in rows)
        if same < _AGREEMENT * len(rows):
            message = (
                f"the endpoint agrees with the training job's own answers on only {same} of {len(rows)} "
                "test reviews: it serves another model, or serves this one differently"
            )
            raise NotVerified(message)
