"""What somebody stops by hand while it works: a Glue job run, a training job, the execution of a release."""

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from chaos.errands import Undone
from chaos.stage import Stage
from chaos.trial import Flight, Trial
from marquee.names import attempt_name

_SECONDS = 90.0
_PAUSE = 0.25


def stop_what_is_to_be_stopped(trial: Trial, flights: Iterable[Flight]) -> None:
    """Stop the work of every file whose journey says so, as soon as it is at it; Undone if it never was."""
    left = [flight for flight in flights if flight.journey.stopped]
    deadline = time.monotonic() + _SECONDS
    while left := [flight for flight in left if not _STOPS[flight.journey.stopped](trial.stage, flight)]:
        if time.monotonic() > deadline:
            keys = ", ".join(flight.key for flight in left)
            raise Undone(f"nothing was at work within {_SECONDS:.0f} s that was to be stopped of {keys}")
        trial.reconcile()
        time.sleep(_PAUSE)


def _etl(stage: Stage, flight: Flight) -> bool:
    client, job = stage.client("glue"), stage.account.outputs["GlueJobName"]
    running = [
        run["Id"]
        for run in client.get_job_runs(JobName=job)["JobRuns"]
        if run["Arguments"].get("--attempt_id") == flight.run_id and run["JobRunState"] == "RUNNING"
    ]
    if running:
        client.batch_stop_job_run(JobName=job, JobRunIds=running)
    return bool(running)


def _training(stage: Stage, flight: Flight) -> bool:
    client, name = stage.client("sagemaker"), attempt_name(stage.account.stage, flight.run_id)
    found = client.list_training_jobs(NameContains=name, StatusEquals="InProgress")["TrainingJobSummaries"]
    if found:
        client.stop_training_job(TrainingJobName=name)
    return bool(found)


def _release(stage: Stage, flight: Flight) -> bool:
    client = stage.client("stepfunctions")
    machine = stage.account.outputs["ReleaseModelArn"]
    running = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
    mine = [execution["executionArn"] for execution in running if execution["name"] == flight.run_id]
    for arn in mine:
        client.stop_execution(executionArn=arn, error="Stopped", cause="By hand.")
    return bool(mine)


_STOPS: Mapping[str, Callable[[Stage, Flight], bool]] = MappingProxyType(
    {"etl": _etl, "training": _training, "release": _release}
)
"""By what a journey names: stops it; whether it was at work."""
