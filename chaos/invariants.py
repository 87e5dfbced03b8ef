"""What must hold whatever went wrong: nothing lost, nothing twice, nothing left behind."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from chaos.crawls import wrongly_told_crawls
from chaos.findings import Breakage, Evidence
from chaos.order import out_of_order
from chaos.predictions import wrong_predictions
from marquee.batches import Batch
from marquee.identity import Attempt
from marquee.ledger import Run
from marquee.names import attempt_name
from marquee.notices import outcome_of

if TYPE_CHECKING:
    from chaos.trial import Flight

_STAGE = "local"
_ENDPOINT = "marquee-local"


def broken(
    evidence: Evidence,
    flights: Sequence["Flight"],
    before: frozenset[str],
    rollbacks: Mapping[str, int] = MappingProxyType({}),
    unheard: Mapping[str, int] = MappingProxyType({}),
) -> list[Breakage]:
    """Return every promise that is not kept; the runs in `before` are none of the trial's.

    `rollbacks`: how often the model of a run was brought back on purpose. `unheard`: by key, how many
    drops of a file nobody was told of, for a fault lost S3's event: a repeat among them leaves no trace.
    """
    return [
        *(found for flight in flights for found in _flight(evidence, flight, rollbacks, unheard)),
        *(Breakage(run_id, sentence) for run_id, sentence in _stage(evidence, flights, before)),
        *wrongly_told_crawls(evidence),
    ]


def _flight(
    evidence: Evidence, flight: "Flight", rollbacks: Mapping[str, int], unheard: Mapping[str, int]
) -> Iterator[Breakage]:
    if flight.journey.batch:
        batch = evidence.batches.get(flight.key)
        about, due = (batch.batch_id, Counter({"batch_done": 1})) if batch else ("", Counter[str]())
        sentences = _batch(evidence, batch, flight.content) if batch else iter(("the batch was lost",))
    else:
        run = evidence.runs.get(flight.run_id)
        repeats = max(0, int(flight.journey.twice) - unheard.get(flight.key, 0))
        about, due = (run.run_id, _due(run, rollbacks, repeats)) if run else ("", Counter[str]())
        sentences = _run(evidence, flight, run) if run else iter(("the upload was lost: it has no run",))
    whose, words = flight.run_id or flight.key, f"{flight.key} ({flight.label}): "
    yield from (Breakage(whose, words + sentence) for sentence in sentences)
    told = evidence.told(about)
    for outcome in told | due:
        if told[outcome] != due[outcome]:
            sentence = f"notices that it is {outcome}: {told[outcome]}, not {due[outcome]}"
            repeated = max(0, told[outcome] - due[outcome]) if due[outcome] else 0
            yield Breakage(whose, words + sentence, repeated, f"{outcome} {about}")


def _run(evidence: Evidence, flight: "Flight", run: Run) -> Iterator[str]:
    outcome = outcome_of(run)
    if outcome is None:
        yield f"it is stuck at {run.stage}"
        return
    if run.attempt != flight.journey.reruns + 1:
        yield f"it is at attempt {run.attempt}, not {flight.journey.reruns + 1}"
    if outcome not in flight.journey.outcomes:
        yield f"it ended {outcome}, not {'/'.join(sorted(flight.journey.outcomes))}: {run.reason}"
    if outcome == "rejected" and flight.journey.outdated and "newer upload" not in run.reason:
        yield f"it was rejected, though not for its age: {run.reason}"
    if outcome == "rejected" and flight.journey.outdated and not _newer(evidence, run):
        yield "it was rejected for its age, but no newer one went live"
    for number in range(1, run.attempt + 1):
        yield from _attempt(evidence, flight, Attempt(run.run_id, number).id)
    if outcome == "live" and evidence.packages[f"Attempt {run.attempt_id}"] != 1:
        yield "it is live, but no version of the model registry is of it"
    entered = Counter(change.stage for change in run.history)
    yield from (
        f"it entered {stage} {times} times" for stage, times in entered.items() if times > run.attempt
    )


def _newer(evidence: Evidence, run: Run) -> bool:
    return any(other.stage == "LIVE" and other.began_at > run.began_at for other in evidence.runs.values())


def _attempt(evidence: Evidence, flight: "Flight", attempt_id: str) -> Iterator[str]:
    """Each attempt has its jobs once, and its model is registered once, if at all."""
    job = attempt_name(_STAGE, attempt_id)
    counts = (
        ("Glue job runs", evidence.etl_runs[attempt_id], flight.journey.etl_runs),
        ("training jobs", evidence.training_jobs[job], flight.journey.training_jobs),
    )
    yield from (f"{what}: {held}, not {due}" for what, held, due in counts if held != due)
    if (versions := evidence.packages[f"Attempt {attempt_id}"]) > 1:
        yield f"model versions registered of {attempt_id}: {versions}, not 1"


def _batch(evidence: Evidence, batch: Batch, content: bytes) -> Iterator[str]:
    if not batch.ended:
        yield f"it is stuck at {batch.stage}"
        return
    if batch.stage != "DONE":
        yield f"it ended {batch.stage}: {batch.reason}"
    else:
        yield from wrong_predictions(content, evidence.predictions.get(batch.batch_id, b""))
    if (jobs := evidence.transform_jobs[attempt_name(_STAGE, batch.batch_id)]) != 1:
        yield f"transform jobs: {jobs}, not 1"


def _due(run: Run, rollbacks: Mapping[str, int], repeats: int) -> Counter[str]:
    """How often each outcome has to be told: once an attempt, once a rollback, once a repeated drop."""
    due = Counter({"duplicate": repeats, "rolled_back": rollbacks.get(run.run_id, 0)})
    if run.ended:
        due[str(outcome_of(run))] = run.attempt
    return due


def _stage(
    evidence: Evidence, flights: Iterable["Flight"], before: frozenset[str]
) -> Iterator[tuple[str, str]]:
    if evidence.lease:
        yield evidence.lease, f"the release lease is still held by {evidence.lease}"
    for name in evidence.executions:
        yield name, f"execution {name} still runs"
    for name, (status, _) in evidence.endpoints.items():
        if name != _ENDPOINT:
            yield "", f"endpoint {name} was left behind ({status})"
    yield from _champion(evidence)
    known = before | {flight.run_id for flight in flights}
    for run in evidence.runs.values():
        if run.run_id not in known:
            yield run.run_id, f"a run that nobody dropped a file for: {run.run_id}"
    yield from out_of_order(evidence.runs.values())
    yield from _strangers(evidence)
    for message in evidence.dead_letters.values():
        yield "", f"a dead letter: {message[:600]}"


def _strangers(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Jobs of attempts and batches that the ledger does not know."""
    attempts = {
        Attempt(run.run_id, number).id
        for run in evidence.runs.values()
        for number in range(1, run.attempt + 1)
    }
    batches = {attempt_name(_STAGE, batch.batch_id) for batch in evidence.batches.values()}
    jobs = {attempt_name(_STAGE, attempt) for attempt in attempts}
    for what, found, known in (
        ("Glue job run", evidence.etl_runs, attempts),
        ("training job", evidence.training_jobs, jobs),
        ("transform job", evidence.transform_jobs, batches),
        ("model version", evidence.packages, {f"Attempt {attempt}" for attempt in attempts}),
    ):
        yield from (("", f"a {what} of nobody: {name}") for name in found if name not in known)


def _champion(evidence: Evidence) -> Iterator[tuple[str, str]]:
    champion = evidence.champion
    status, config = evidence.endpoints.get(_ENDPOINT, ("absent", ""))
    if champion is None:
        if config:
            yield "", f"the endpoint runs {config}, but there is no champion"
    elif (status, config) != ("InService", champion.endpoint_config):
        yield champion.run_id, f"the endpoint is {status} on {config}, not on {champion.endpoint_config}"
    elif (run := evidence.runs.get(champion.run_id)) and run.stage != "LIVE":
        yield champion.run_id, f"the champion's run is {run.stage}"
