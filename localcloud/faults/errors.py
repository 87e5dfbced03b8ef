"""How services word their own failures: codes, sentences and statuses, per service and action.

Throttling and internal errors are those of each API reference's "Common Errors" or of botocore's model of
the service; limits are the ones that a growing account meets first.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """An error as a service words it."""

    code: str
    message: str
    status: int = 400


_THROTTLING = Refusal("ThrottlingException", "Rate exceeded")
_LIMIT = Refusal("LimitExceededException", "The request exceeded a limit of the account.")
_INTERNAL = Refusal("InternalFailure", "The request processing has failed because of an unknown error.", 500)

_WORDINGS = {
    ("throttling", "dynamodb"): Refusal(
        "ThrottlingException", "Rate of requests exceeds the allowed throughput."
    ),
    ("throttling", "lambda"): Refusal("TooManyRequestsException", "Rate Exceeded.", 429),
    ("throttling", "s3"): Refusal("SlowDown", "Please reduce your request rate.", 503),
    ("throttling", "sns"): Refusal("Throttled", "Rate exceeded", 429),
    ("throttling", "sqs"): Refusal("RequestThrottled", "Request is throttled.", 403),
    ("throttling", "cloudwatch"): Refusal("Throttling", "Rate exceeded"),
    ("limit", "dynamodb"): Refusal("RequestLimitExceeded", "Throughput exceeds the current account limit."),
    ("limit", "glue:StartCrawler"): Refusal("CrawlerRunningException", "The crawler has already started."),
    ("limit", "glue:StartJobRun"): Refusal("ConcurrentRunsExceededException", "Concurrent runs exceeded."),
    ("limit", "lambda"): Refusal(
        "TooManyRequestsException", "Rate Exceeded: ConcurrentInvocationLimitExceeded", 429
    ),
    ("limit", "s3"): Refusal("SlowDown", "Please reduce your request rate.", 503),
    ("limit", "sagemaker"): Refusal(
        "ResourceLimitExceeded",
        "The account-level service limit of this resource is reached, with current utilization at the limit. "
        "Please use AWS Service Quotas to request an increase for this quota.",
    ),
    ("limit", "sns"): Refusal("Throttled", "Rate exceeded", 429),
    ("limit", "sqs"): Refusal("OverLimit", "The specified action violates a limit.", 403),
    ("limit", "states"): Refusal(
        "ExecutionLimitExceeded", "The maximum number of running executions has been reached."
    ),
    ("internal", "dynamodb"): Refusal("InternalServerError", "Internal server error", 500),
    ("internal", "glue"): Refusal("InternalServiceException", "An internal service error occurred.", 500),
    ("internal", "lambda"): Refusal("ServiceException", "An internal error occurred.", 500),
    ("internal", "s3"): Refusal("InternalError", "We encountered an internal error. Please try again.", 500),
    ("internal", "sns"): Refusal("InternalError", "Internal error", 500),
    ("internal", "sqs"): Refusal("InternalError", "Internal error", 500),
    ("internal", "cloudwatch"): Refusal("InternalServiceError", "Internal error", 500),
}


def wording(error: str, action: str) -> Refusal:
    """How the service words "throttling", "limit" or "internal" for an action ("glue:StartJobRun")."""
    service = action.partition(":")[0]
    general = {"throttling": _THROTTLING, "limit": _LIMIT, "internal": _INTERNAL}[error]
    return _WORDINGS.get((error, action)) or _WORDINGS.get((error, service)) or general
