"""What a job printed goes to CloudWatch Logs, under the job's own role."""

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import InputLogEventTypeDef

_BATCH = 1000
_LONGEST_LINE = 8000

log = logging.getLogger(__name__)


def send_logs(session: boto3.Session, arguments: Mapping[str, str], run_id: str, path: Path) -> None:
    """Write a driver's log to the job's output group; without the permission a job has no logs, as on AWS."""
    group = f"{arguments.get('--custom-logGroup-prefix', '/aws-glue/jobs')}/output"
    try:
        _send(session.client("logs"), group, run_id, path)
    except ClientError as error:
        log.warning("the log of job run %s stays in %s: %s", run_id, path, error)


def _send(logs: "CloudWatchLogsClient", group: str, stream: str, path: Path) -> None:
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceNotFoundException:
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    at = round(time.time() * 1000)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    events: list[InputLogEventTypeDef] = [
        {"timestamp": at, "message": line[:_LONGEST_LINE]} for line in lines if line.strip()
    ]
    for start in range(0, len(events), _BATCH):
        logs.put_log_events(
            logGroupName=group, logStreamName=stream, logEvents=events[start : start + _BATCH]
        )
