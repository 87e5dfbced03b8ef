"""What crawlers and jobs say goes to CloudWatch Logs, under their own role.

A role without the permission has no logs, as on AWS.
"""

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_BATCH = 1000
_LONGEST_LINE = 8000

log = logging.getLogger(__name__)


def send(session: boto3.Session, group: str, stream: str, lines: Iterable[str]) -> None:
    """Write lines to a new stream; where that fails, as without the permission, the run has no logs."""
    logs = session.client("logs")
    try:
        _create_stream(logs, group, stream)
        _put(logs, group, stream, [line[:_LONGEST_LINE] for line in lines if line.strip()])
    except (ClientError, BotoCoreError) as error:
        # What was logged of a run must not decide how it ended.
        log.warning("nothing was written to log stream %s %s: %s", group, stream, error)


def _create_stream(logs: "CloudWatchLogsClient", group: str, stream: str) -> None:
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceNotFoundException:
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName=stream)


def _put(logs: "CloudWatchLogsClient", group: str, stream: str, lines: list[str]) -> None:
    at = round(time.time() * 1000)
    for start in range(0, len(lines), _BATCH):
        logs.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[{"timestamp": at, "message": line} for line in lines[start : start + _BATCH]],
        )
