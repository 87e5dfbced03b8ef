"""The trial: a candidate answers on an endpoint of its own before it meets anybody's request.

There is one trial endpoint, for the lease allows one release at a time. It runs the very endpoint
config that the real endpoint is to run, and is deleted whatever the trial finds.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from marquee import names
from marquee.identity import Attempt
from marquee.ledger import Ledger, Run, Stage
from marquee.ledger.release_lock import ReleaseLock
from marquee.observability import logger
from marquee.releases.archive import read_lines
from marquee.releases.checks import NotVerified
from marquee.releases.endpoint_configs import config_request
from marquee.releases.lease import hold
from marquee.releases.predictions import TestRow, comparable
from marquee.releases.probe import Probe
from marquee.services.endpoint import Endpoint, EndpointBusy, EndpointUnreachable
from marquee.services.objects import Objects
from marquee.settings import TrySettings
from marquee.stages import standing_at, wait
from marquee.training.request import tags

_ROWS = 200
# Twelve times the machine's 20 s are more than the three minutes a container has to come up in (SageMaker,
# /ping). It has answered /ping by now, so one that is away for longer dies of what it is asked.
_MOST_UNANSWERED = 12


@dataclass(frozen=True)
class Trial:
    """What was found; `reason` says what, and is empty while it is `waiting`."""

    status: Literal["waiting", "passed", "rejected", "failed"]
    reason: str = ""


WAITING = Trial("waiting")


@dataclass(frozen=True)
class TryCandidate:
    """Tries an attempt's model; call it again until it says something else than `waiting`."""

    settings: TrySettings
    ledger: Ledger
    lock: ReleaseLock
    objects: Objects
    endpoint: Endpoint
    trial: Endpoint

    @classmethod
    def of(cls, settings: TrySettings) -> "TryCandidate":
        """Wire it to AWS."""
        table, name = settings.ledger_table, settings.endpoint_name
        trial = Endpoint(names.trial_endpoint(name))
        return cls(settings, Ledger(table), ReleaseLock(table), Objects(), Endpoint(name), trial)

    def step(self, attempt: Attempt) -> Trial:
        """Take the trial one step on; RunMoved if the run is past it."""
        run = standing_at(self.ledger, attempt, Stage.JUDGING)
        hold(self.lock, attempt.id)
        found = self._recorded(run) or self._tried(run)
        if found != WAITING:
            facts = {"trial_status": found.status, "trial": found.reason}
            self.ledger.record(run, facts)  # before the endpoint goes: who dies here knows the result
            clear_trial(self.trial)
        return found

    def _recorded(self, run: Run) -> Trial | None:
        facts = run.facts
        return Trial(facts["trial_status"], facts["trial"]) if "trial_status" in facts else None

    def _tried(self, run: Run) -> Trial:
        config = names.attempt_name(self.settings.stage, run.attempt_id)
        state = self.trial.state()
        if state is None:
            return self._begun(run, config)
        if state.changing:
            return WAITING
        if state.config != config:
            with suppress(EndpointBusy):
                self.trial.delete()  # of a release that died; it is nobody's any more
            return WAITING
        if state.status != "InService":
            return Trial("failed", f"The candidate does not start: {state.failure or state.status}.")
        return self._asked(run)

    def _begun(self, run: Run, config: str) -> Trial:
        self.trial.create_config(config_request(self.settings, run.current))
        try:
            self.trial.create(config, tags(run.current, self.settings.stage))
        except EndpointBusy as full:
            logger().warning("the trial waits for room", extra={"because": str(full)})
            wait(self.ledger, run, "room for a trial endpoint")
        return WAITING

    def _asked(self, run: Run) -> Trial:
        champion = self.endpoint if self.ledger.champion() else None
        probe = Probe(self.trial, champion, self.settings.max_latency_ms)
        try:
            latency = probe.run(run.facts["model_version"], self._rows(run))
        except EndpointUnreachable as error:
            return self._unanswered(run, error)
        except NotVerified as error:
            return Trial("rejected", f"On its trial endpoint {error}.")
        return Trial("passed", f"On its trial endpoint {latency.sentence()}.")

    def _unanswered(self, run: Run, error: EndpointUnreachable) -> Trial:
        times = run.facts.get("trial_unanswered", 0) + 1
        if error.starting and times < _MOST_UNANSWERED:
            self.ledger.record(run, {"trial_unanswered": times})
            return WAITING
        return Trial("rejected", f"On its trial endpoint it did not answer every request: {error}.")

    def _rows(self, run: Run) -> list[TestRow]:
        key = names.output_archive_key(names.attempt_name(self.settings.stage, run.attempt_id))
        return comparable(read_lines(self.objects.open(self.settings.model_bucket, key), "test.jsonl"), _ROWS)


def clear_trial(trial: Endpoint) -> Literal["updating", "done"]:
    """Delete the trial endpoint; `updating`: it is only starting or ending, call again."""
    state = trial.state()
    if state is None or state.status == "Deleting":
        return "done"
    if state.changing:
        return "updating"  # an endpoint in creation cannot be deleted (SageMaker API, DeleteEndpoint)
    try:
        trial.delete()
    except EndpointBusy:  # another has begun to make or to delete it meanwhile
        return "updating"
    return "done"
