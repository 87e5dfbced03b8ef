"""Which errors of AWS mean *done already*, *not there* or *busy*."""

import re

from botocore.exceptions import ClientError

# "The account-level service limit '...' is 0 Instances, ...": no other job's end will make room.
_NONE_ALLOWED = re.compile(r"\bis 0 instances", re.IGNORECASE)

# What services call it when they are asked more often than they may be (AWS SDKs and Tools guide, "Retry
# behavior"), and DynamoDB when two writers meet.
_THROTTLED = (
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "Throttled",
    "RequestThrottled",
    "RequestThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "ProvisionedThroughputExceededException",
    "BandwidthLimitExceeded",
    "SlowDown",
    "PriorRequestNotComplete",
    "TransactionConflictException",
    "TransactionInProgressException",
)
_CONFLICTS = ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")


class Throttled(Exception):
    """A service is asked too often at this moment: a wait, and no failure; says which call it was."""


def code_of(error: ClientError) -> str:
    """Return the error's code, such as `ValidationException`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """Return what the service said."""
    return str(error.response.get("Error", {}).get("Message", ""))


def exists_already(error: ClientError) -> bool:
    """Whether a Create call found its thing there.

    SageMaker says `ResourceInUse` for jobs, and `ValidationException: Cannot create already
    existing ...` for models, endpoint configs and endpoints.
    """
    already = "already exist" in message_of(error).lower()
    return code_of(error) == "ResourceInUse" or (code_of(error) == "ValidationException" and already)


def is_missing(error: ClientError) -> bool:
    """Whether a Describe call found nothing.

    SageMaker says `ResourceNotFound` or `ValidationException: Could not find ...` or
    `Requested resource not found`; Step Functions `ExecutionDoesNotExist`; Glue `EntityNotFoundException`.
    """
    if code_of(error) in ("ResourceNotFound", "ExecutionDoesNotExist", "EntityNotFoundException"):
        return True
    return code_of(error) == "ValidationException" and any(
        words in message_of(error).lower() for words in ("could not find", "not found", "does not exist")
    )


def is_busy(error: ClientError) -> bool:
    """Whether the account has as many instances at work as it may, so that a later call may be taken."""
    return code_of(error) == "ResourceLimitExceeded" and not _NONE_ALLOWED.search(message_of(error))


def is_refused(error: ClientError) -> bool:
    """Whether SageMaker will not take this request, however often it is asked."""
    return code_of(error) in ("ResourceLimitExceeded", "ValidationException") and not is_busy(error)


def is_throttled(error: ClientError) -> bool:
    """Whether a service is asked too often at this moment, also after boto3's own tries."""
    return code_of(error) in _THROTTLED


def throttled(error: BaseException) -> Throttled | None:
    """Return what an error means if it means that a service is asked too often, None otherwise."""
    if not isinstance(error, ClientError) or not (is_throttled(error) or _is_conflict(error)):
        return None
    return Throttled(f"{error.operation_name}: {message_of(error)}")


def _is_conflict(error: ClientError) -> bool:
    """Whether DynamoDB refused a transaction for another writer of the moment (TransactWriteItems)."""
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") in _CONFLICTS for reason in reasons)
