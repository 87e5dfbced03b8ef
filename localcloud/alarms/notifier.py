"""Sends what alarms say to their SNS topics, as far as the topics let CloudWatch publish."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.alarms import message
from localcloud.awsjson import Permission
from localcloud.clients import Clients

CLOUDWATCH = "cloudwatch.amazonaws.com"
_ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}

ServiceMay = Callable[[str, Permission, str], bool]

log = logging.getLogger(__name__)


class Notifier:
    """Carries out the actions of alarms, in a thread of its own."""

    def __init__(self, clients: Clients, service_may: ServiceMay) -> None:
        self._clients, self._service_may = clients, service_may
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="alarm actions")

    def act(self, alarm: Mapping[str, Any], old_state: str, state: str, reason: str, at: float) -> None:
        """Do what the alarm is set to do in its new state. Only SNS topics are reached."""
        actions = alarm.get(_ACTIONS[state], []) if alarm.get("ActionsEnabled", True) else []
        for topic in actions:
            if topic.split(":")[2] == "sns":
                text = message.body(alarm, old_state, state, reason, at)
                self._thread.submit(
                    self._publish, topic, alarm["AlarmArn"], message.subject(alarm, state), text
                )

    def close(self) -> None:
        """Send nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _publish(self, topic: str, alarm_arn: str, subject: str, text: str) -> None:
        sns = self._clients.client("sns")
        context = {"aws:SourceArn": alarm_arn, "aws:SourceAccount": alarm_arn.split(":")[4]}
        try:
            policy = sns.get_topic_attributes(TopicArn=topic)["Attributes"].get("Policy", "{}")
            if not self._service_may(CLOUDWATCH, Permission("sns:Publish", topic, context), policy):
                log.warning("%s: the policy of %s does not let %s publish", subject, topic, CLOUDWATCH)
                return
            sns.publish(TopicArn=topic, Subject=subject, Message=text)
        except (ClientError, BotoCoreError) as error:
            log.warning("%s was not published to %s: %s", subject, topic, error)
