"""Reaches the targets of EventBridge's rules through the cloud's own API, as far as they permit it."""

from collections.abc import Callable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.awsjson import Permission, ServiceError
from localcloud.clients import Clients
from localcloud.delivery import Delivery, DeliveryFailed
from localcloud.roles import Roles

EVENTS = "events.amazonaws.com"
_FINAL = {
    "AccessDenied": "NO_PERMISSIONS",
    "AccessDeniedException": "NO_PERMISSIONS",
    "ResourceNotFoundException": "NO_RESOURCE",
    "StateMachineDoesNotExist": "NO_RESOURCE",
    "AWS.SimpleQueueService.NonExistentQueue": "NO_RESOURCE",
    "QueueDoesNotExist": "NO_RESOURCE",
    "NotFound": "NO_RESOURCE",
    "InvalidParameterValueException": "INVALID_PARAMETER",
}
"""Failures that another attempt cannot mend, as EventBridge names them on dead letters."""

ServiceMay = Callable[[str, Permission, str], bool]


class Targets:
    """A Transport (localcloud.delivery) to functions, state machines, queues and topics."""

    def __init__(self, clients: Clients, roles: Roles, service_may: ServiceMay) -> None:
        self._clients, self._roles, self._service_may = clients, roles, service_may
        self._senders: dict[str, Callable[[Delivery], object]] = {
            "lambda": self._invoke,
            "states": self._start,
            "sqs": self._enqueue,
            "sns": self._publish,
        }

    def reaches(self, arn: str) -> bool:
        """Whether this kind of target is delivered here."""
        return arn.split(":")[2] in self._senders

    def send(self, delivery: Delivery) -> None:
        """Hand the event to its target; DeliveryFailed when it is not taken."""
        sender = self._senders[delivery.target_arn.split(":")[2]]
        try:
            sender(delivery)
        except ClientError as error:
            raise _failure(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error
        except ServiceError as error:
            raise _failure(error.code, error.message) from error
        except BotoCoreError as error:
            raise _unanswered(error) from error

    def send_dead_letter(self, delivery: Delivery, queue_arn: str, attributes: Mapping[str, str]) -> None:
        """Put the event on a dead-letter queue; DeliveryFailed when it is not taken."""
        try:
            self._send_message(queue_arn, delivery.rule_arn, delivery.payload, attributes)
        except ClientError as error:
            raise _failure(error.response["Error"]["Code"], error.response["Error"]["Message"]) from error
        except BotoCoreError as error:
            raise _unanswered(error) from error

    def _invoke(self, delivery: Delivery) -> None:
        function = self._clients.client("lambda")
        policy = _policy(lambda: function.get_policy(FunctionName=delivery.target_arn)["Policy"])
        self._require(policy, "lambda:InvokeFunction", delivery.target_arn, delivery.rule_arn)
        function.invoke(FunctionName=delivery.target_arn, InvocationType="Event", Payload=delivery.payload)

    def _start(self, delivery: Delivery) -> None:
        role = delivery.target.get("RoleArn")
        if not role:
            raise DeliveryFailed("NO_PERMISSIONS", "The target has no RoleArn.", retryable=False)
        session = self._roles.session(role, EVENTS)
        session.client("stepfunctions").start_execution(
            stateMachineArn=delivery.target_arn, input=delivery.payload
        )

    def _enqueue(self, delivery: Delivery) -> None:
        self._send_message(delivery.target_arn, delivery.rule_arn, delivery.payload, {})

    def _send_message(self, queue_arn: str, rule_arn: str, body: str, attributes: Mapping[str, str]) -> None:
        queues = self._clients.client("sqs")
        url = queues.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
        found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
        self._require(found.get("Policy", "{}"), "sqs:SendMessage", queue_arn, rule_arn)
        typed = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
        queues.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=typed)

    def _publish(self, delivery: Delivery) -> None:
        topics = self._clients.client("sns")
        policy = topics.get_topic_attributes(TopicArn=delivery.target_arn)["Attributes"].get("Policy", "{}")
        self._require(policy, "sns:Publish", delivery.target_arn, delivery.rule_arn)
        topics.publish(TopicArn=delivery.target_arn, Message=delivery.payload)

    def _require(self, policy: str, action: str, resource: str, rule_arn: str) -> None:
        account = rule_arn.split(":")[4]
        context = {"aws:SourceArn": rule_arn, "aws:SourceAccount": account}
        if not self._service_may(EVENTS, Permission(action, resource, context), policy):
            message = f"{EVENTS} is not authorized to perform: {action} on resource: {resource}"
            raise DeliveryFailed("NO_PERMISSIONS", message, retryable=False)


def _policy(read: Callable[[], str]) -> str:
    """A function without a policy has none to read."""
    try:
        return read()
    except ClientError as error:
        if "policy" in error.response["Error"]["Message"].lower():
            return "{}"
        raise


def _failure(code: str, message: str) -> DeliveryFailed:
    if final := _FINAL.get(code):
        return DeliveryFailed(final, message, retryable=False)
    throttled = "Throttl" in code or "TooManyRequests" in code
    return DeliveryFailed("THROTTLING" if throttled else "SDK_CLIENT_ERROR", message, retryable=True)


def _unanswered(error: BotoCoreError) -> DeliveryFailed:
    """A call that got no answer, such as one that took too long: the event must not be lost with it."""
    return DeliveryFailed("SDK_CLIENT_ERROR", str(error), retryable=True)
