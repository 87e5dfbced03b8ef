"""The whole pipeline on this machine: upload to LIVE, what of it is compute, memory, latency.

The cloud is one of its own, in a temporary folder and on a free port, and is stopped at the end.
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import reviews
from bench.figures import Figures, Table, rows_of
from bench.memory import of_cloud, peak
from bench.subjects.latency import prediction_latency
from bench.subjects.plan import Plan
from cli.account import Account, find_cloud
from cli.bringing_up import brought_up, stop
from cli.errors import CommandError
from cli.following import follow
from cli.terminal import Terminal
from cli.uploading import start_run

_UNITS = {
    "cloud and stack up": "s",
    "upload to LIVE": "s",
    "Glue job": "s",
    "training job": "s",
    "overhead": "s",
    "peak memory": "MB",
    "accuracy": "%",
    "prediction p50": "ms",
    "prediction p99": "ms",
}


class NotLive(Exception):
    """The upload did not become a live model, so nothing of it can be compared."""


def tables(plan: Plan) -> Iterator[Table]:
    """One upload in a cloud of its own, as often as the plan says."""
    upload = reviews.source(plan.folder, plan.pipeline_rows)
    runs = {
        "Marquee": [_run(plan.folder / f"cloud-{number}", upload, plan.calls) for number in range(plan.runs)]
    }
    note = "Overhead is what is left of upload to LIVE without the Glue and the training job's own seconds."
    yield Table(
        "pipeline", "The pipeline, from an upload to LIVE", ("Marquee",), rows_of(runs, _UNITS), (note,)
    )


def _run(state: Path, upload: Path, calls: int) -> Figures:
    terminal, began = Terminal(), time.perf_counter()
    try:
        with brought_up(state, None, terminal) as account:
            up = time.perf_counter() - began
            return {"cloud and stack up": up, **_measured(account, state, upload, calls)}
    finally:
        stop(state, terminal)


def _measured(account: Account, state: Path, upload: Path, calls: int) -> dict[str, float]:
    cloud, terminal = find_cloud(state), Terminal()
    if cloud is None:
        raise CommandError("The local cloud ended before anything was measured.")
    with peak(lambda: of_cloud(cloud)) as most:
        began = time.perf_counter()
        run_id, _ = start_run(account, upload, terminal)
        run = follow(account.ledger(), run_id, terminal)
        seconds = time.perf_counter() - began
    if run.stage != "LIVE":
        raise NotLive(f"{run_id} ended {run.stage}: {run.reason}")
    compute = _compute(account, run.facts)
    latency = prediction_latency(account, calls)
    return {
        "upload to LIVE": seconds,
        **compute,
        "overhead": seconds - sum(compute.values()),
        "peak memory": most() / 1e6,
        "accuracy": float(run.facts["accuracy"]) * 100,
        "prediction p50": latency["median_ms"],
        "prediction p99": latency["p99_ms"],
    }


def _compute(account: Account, facts: Mapping[str, Any]) -> dict[str, float]:
    """Seconds of the two jobs, by the services that ran them."""
    glue = account.client("glue").get_job_run(
        JobName=account.outputs["GlueJobName"], RunId=facts["etl_job_run_id"]
    )["JobRun"]
    training = account.client("sagemaker").describe_training_job(TrainingJobName=facts["training_job"])
    return {
        "Glue job": (glue["CompletedOn"] - glue["StartedOn"]).total_seconds(),
        "training job": (training["TrainingEndTime"] - training["TrainingStartTime"]).total_seconds(),
    }
