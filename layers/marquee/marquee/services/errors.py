"""Which errors of AWS mean *done already*, *not there* or *busy*."""

from botocore.exceptions import ClientError


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
