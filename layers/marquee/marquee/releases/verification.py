"""Whether the endpoint really runs the candidate: its config, its version, its answers."""

from dataclasses import dataclass
from typing import Literal

from marquee import names
from marquee.identity import Attempt
from marquee.ledger import Ledger, Run, Stage
from marquee.ledger.release_lock import ReleaseLock
from marquee.releases.archive import read_lines
from marquee.releases.checks import NotVerified, check_config, check_known_reviews, check_test_rows
from marquee.releases.lease import hold
from marquee.releases.predictions import comparable
from marquee.services.endpoint import MAY_START_SECONDS, Endpoint, EndpointUnreachable
from marquee.services.objects import Objects
from marquee.settings import VerifySettings
from marquee.stages import standing_at

_ROWS = 20


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
    lock: ReleaseLock
    objects: Objects
    endpoint: Endpoint

    @classmethod
    def of(cls, settings: VerifySettings) -> "VerifyEndpoint":
        """Wire it to AWS."""
        table, endpoint = settings.ledger_table, Endpoint(settings.endpoint_name)
        return cls(settings, Ledger(table), ReleaseLock(table), Objects(), endpoint)

    def verify(self, attempt: Attempt) -> Verification:
        """Return whether the endpoint serves the attempt's model; RunMoved if the run is past that."""
        run = standing_at(self.ledger, attempt, Stage.RELEASING)
        hold(self.lock, attempt.id)
        state = self.endpoint.state()
        if state and state.changing:
            return Verification("updating")
        try:
            check_config(self.endpoint.name, state, run.facts["endpoint_config"])
            check_known_reviews(self.endpoint, run.facts["model_version"])
            self._check_test_rows(run)
        except EndpointUnreachable as error:
            starting = error.starting and state is not None and state.age < MAY_START_SECONDS
            return Verification("updating") if starting else Verification("failed", str(error))
        except NotVerified as error:
            return Verification("failed", str(error))
        return Verification("verified")

    def _check_test_rows(self, run: Run) -> None:
        key = names.output_archive_key(names.attempt_name(self.settings.stage, run.attempt_id))
        rows = comparable(read_lines(self.objects.open(self.settings.model_bucket, key), "test.jsonl"), _ROWS)
        check_test_rows(self.endpoint, rows)
