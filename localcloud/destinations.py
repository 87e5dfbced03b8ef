"""Where the outcomes of asynchronous invocations go, under the function's own role."""

from collections.abc import Mapping
from typing import Any

from localcloud.roles import Roles

LAMBDA = "lambda.amazonaws.com"


class Destinations:
    """Queues, topics and functions that take outcomes."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles

    def send(self, role_arn: str, arn: str, body: str, attributes: Mapping[str, Any]) -> None:
        """Hand the outcome to the queue, topic or function `arn`; ClientError when it is not taken."""
        session = self._roles.session(role_arn, LAMBDA)
        service = arn.split(":")[2]
        if service == "sqs":
            queues = session.client("sqs")
            # The URL is told, not asked for: AWS wants sqs:SendMessage of the role, and nothing else.
            endpoint = queues.meta.endpoint_url
            account, name = arn.split(":")[4:6]
            url = f"{endpoint}/{account}/{name}"
            queues.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
        elif service == "sns":
            session.client("sns").publish(TopicArn=arn, Message=body, MessageAttributes=attributes)
        elif service == "lambda":
            session.client("lambda").invoke(FunctionName=arn, InvocationType="Event", Payload=body)
        else:
            raise ValueError(f"{arn} is not a destination of asynchronous invocations")
