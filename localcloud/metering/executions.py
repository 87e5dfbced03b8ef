"""Metrics of executions, namespace AWS/States (Step Functions guide, "Execution metrics")."""

from collections.abc import Iterator

from localcloud.metering.datum import Datum

_NAMES = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def executions(machine_arn: str, status: str) -> Iterator[Datum]:
    """Yield what an execution that came into a status counts as."""
    if name := _NAMES.get(status):
        yield Datum("AWS/States", name, 1, "Count", {"StateMachineArn": machine_arn})
