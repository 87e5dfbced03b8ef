"""Executions of a state machine, named after the attempt they serve."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from marquee import clients
from marquee.services.errors import code_of, is_missing

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from marquee.identity import Attempt


class Executions:
    """One state machine."""

    def __init__(self, machine_arn: str, client: SFNClient | None = None) -> None:
        self._machine = machine_arn
        self._client = client or clients.stepfunctions()

    def start(self, attempt: Attempt) -> None:
        """Start the attempt's execution; one that was started already is left alone."""
        payload = json.dumps({"run_id": attempt.run_id, "attempt_id": attempt.id})
        try:
            self._client.start_execution(stateMachineArn=self._machine, name=attempt.id, input=payload)
        except self._client.exceptions.ExecutionAlreadyExists:
            return

    def stop(self, attempt: Attempt) -> None:
        """End the attempt's execution; one that has ended, or never began, is left alone."""
        try:
            self._client.stop_execution(
                executionArn=self._arn(attempt), error="RunEnded", cause="The ledger says why."
            )
        except ClientError as error:
            # `ValidationException: Execution is not running`: it has ended already.
            if not is_missing(error) and code_of(error) != "ValidationException":
                raise

    def status(self, attempt: Attempt) -> str:
        """Return RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE, or "" if never started."""
        try:
            return self._client.describe_execution(executionArn=self._arn(attempt))["status"]
        except ClientError as error:
            if is_missing(error):
                return ""
            raise

    def _arn(self, attempt: Attempt) -> str:
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{attempt.id}"
