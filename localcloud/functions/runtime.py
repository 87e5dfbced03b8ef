"""What runs inside a function's process: loads the handler once and answers invocations, one a line.

Started without site-packages (python -S), so that a function finds what it would find on Lambda: its own
code, its layers and the SDK, and nothing else. Requests arrive on standard input, replies leave on the
original standard output; whatever the function prints goes to its log.
"""

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

Handler = Callable[[Any, "Context"], Any]


class Context:
    """The context object that Lambda hands to a handler."""

    identity = None
    client_context = None

    def __init__(self, request_id: str, function_arn: str, deadline: float) -> None:
        self.aws_request_id, self.invoked_function_arn, self._deadline = request_id, function_arn, deadline
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation times out."""
        return max(0, int((self._deadline - time.time()) * 1000))


def main() -> None:
    """Load the handler, then answer until the cloud hangs up."""
    requests, replies = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)

    def reply(message: dict[str, Any]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        replies.write(json.dumps(message) + "\n")
        replies.flush()

    handler, failure = load(os.environ["_HANDLER"])
    reply({"error": failure} if failure else {})
    if handler is not None:
        for line in requests:
            reply(answer(handler, json.loads(line)))


def load(path: str) -> tuple[Handler | None, dict[str, Any] | None]:
    """The handler that "module.function" names, or the error document Lambda gives when it cannot be."""
    module_name, _, name = path.replace("/", ".").rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        return None, _document(error, kind="Runtime.ImportModuleError", message=message)
    except Exception as error:  # the module's own code failed; Lambda reports it as the function's error
        return None, _document(error)
    handler = getattr(module, name, None)
    if handler is None:
        message = f"Handler '{name}' missing on module '{module_name}'"
        return None, {"errorType": "Runtime.HandlerNotFound", "errorMessage": message, "stackTrace": []}
    return handler, None


def answer(handler: Handler, request: dict[str, Any]) -> dict[str, Any]:
    """Call the handler with one request; {"result": JSON text} or {"error": Lambda's error document}."""
    _trace(request["trace_id"])
    context = Context(request["request_id"], request["function_arn"], request["deadline"])
    try:
        result = handler(request["event"], context)
    except Exception as error:  # whatever the function raises is the function's answer
        document = {**_document(error), "requestId": context.aws_request_id}
        sys.stderr.write("[ERROR] " + traceback.format_exc())
        return {"error": document}
    try:
        return {"result": json.dumps(result, ensure_ascii=False)}
    except (TypeError, ValueError) as error:
        return {"error": _document(error, kind="Runtime.MarshalError", message=f"Unable to marshal: {error}")}


def _trace(trace_id: str | None) -> None:
    os.environ.pop("_X_AMZN_TRACE_ID", None)
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id


def _document(error: BaseException, kind: str = "", message: str = "") -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return {
        "errorType": kind or type(error).__name__,
        "errorMessage": message or str(error),
        "stackTrace": traceback.format_list(frames),
    }


if __name__ == "__main__":
    sys.path.pop(0)  # this file's own folder
    main()
