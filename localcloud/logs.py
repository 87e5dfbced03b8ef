"""What crawlers and jobs say goes to CloudWatch Logs, under their own role.

A role without the permission has no logs, as on AWS.
"""

import contextlib
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


class Stream:
    """One log stream, made with its first lines."""

    def __init__(self, session: boto3.Session, group: str, name: str) -> None:
        self._logs, self.group, self.name = session.client("logs"), group, name
        self._made = False

    def write(self, lines: Iterable[str]) -> None:
        """Append lines; ClientError where the role may not."""
        if not self._made:
            _create_stream(self._logs, self.group, self.name)
            self._made = True
        _put(self._logs, self.group, self.name, [line[:_LONGEST_LINE] for line in lines if line.strip()])


def send(session: boto3.Session, group: str, stream: str, lines: Iterable[str]) -> None:
    """Write lines to a new stream; where that fails, as without the permission, the run has no logs."""
    try:
        Stream(session, group, stream).write(lines)
    except (ClientError, BotoCoreError) as error:
        # What was logged of a run must not decide how it ended.
        log.warning("nothing was written to log stream %s %s: %s", group, stream, error)


def _create_stream(logs: "CloudWatchLogsClient", group: str, stream: str) -> None:
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceNotFoundException:
        # Another stream of the same group may have made it meanwhile.
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
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
