"""MiniStack checks writing to a log stream on its log group; AWS does on the stream.

So a policy on `log-group:NAME:*`, which is what AWS's own examples and GetAtt LogGroup.Arn name, allows it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""

from typing import Any

from ministack.core import iam_actions

_WRITING = ("CreateLogStream", "PutLogEvents", "GetLogEvents")


def plug_in() -> None:
    """Have IAM asked about the stream from now on."""
    original = iam_actions.extract_resource_arn

    def resource_arn(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *more: Any
    ) -> str:
        arn: str = original(service, method, path, headers, body, *more)
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        if service != "logs" or action not in _WRITING:
            return arn
        return f"{arn}:log-stream:{iam_actions._safe_json_field(body, 'logStreamName')}"

    iam_actions.extract_resource_arn = resource_arn
