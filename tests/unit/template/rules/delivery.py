"""Nothing that is delivered without somebody waiting for it may be lost in silence."""

from collections.abc import Iterator
from typing import Any

from tests.unit.template.conftest import Stack
from tests.unit.template.rules.statements import allowing, listed, policy_lets

TWO_WEEKS = 1_209_600
ENDED_BADLY = {"FAILED", "TIMED_OUT", "ABORTED"}


def every_target_retries_and_buries(stack: Stack) -> Iterator[str]:
    """EventBridge drops what it cannot deliver in a day, unless the target has a queue that takes it."""
    for name, rule in stack.of_type("AWS::Events::Rule"):
        arn = f"arn:aws:events:us-east-1:123456789012:rule/{rule.get('Name', '')}"
        for target in rule["Targets"]:
            yield from _unbounded(name, target.get("RetryPolicy", {}))
            queue = target.get("DeadLetterConfig", {}).get("Arn", "")
            if not policy_lets(stack, "AWS::SQS::QueuePolicy", queue, "events.amazonaws.com", arn):
                yield f"{name}: what cannot be delivered is lost"


def every_schedule_retries_and_buries(stack: Stack) -> Iterator[str]:
    """Schedules of EventBridge Scheduler as well, should there ever be one."""
    for name, schedule in stack.of_type("AWS::Scheduler::Schedule"):
        yield from _unbounded(name, schedule["Target"].get("RetryPolicy", {}))
        if "DeadLetterConfig" not in schedule["Target"]:
            yield f"{name}: what cannot be delivered is lost"


def every_asynchronous_function_buries(stack: Stack) -> Iterator[str]:
    """Who is invoked by a rule, or by a function, has a failure destination that it may fill."""
    kept = {config["FunctionName"]: config for _, config in stack.of_type("AWS::Lambda::EventInvokeConfig")}
    asynchronous = _asynchronous(stack)
    for name, function in stack.of_type("AWS::Lambda::Function"):
        if function["FunctionName"] not in asynchronous:
            continue
        config = kept.get(function["FunctionName"], {})
        queue = config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
        yield from _unbounded(name, config)
        if not queue or not allowing(stack, f"{name}Role", "sqs:SendMessage", queue):
            yield f"{name}: an event that it fails on is lost"


def _asynchronous(stack: Stack) -> set[str]:
    targets = [target["Arn"] for _, rule in stack.of_type("AWS::Events::Rule") for target in rule["Targets"]]
    for name, _ in stack.of_type("AWS::Lambda::Function"):
        for statement in stack.statements_of(f"{name}Role"):
            if "lambda:InvokeFunction" in listed(statement["Action"]):
                targets += listed(statement["Resource"])
    return {arn.split(":")[6] for arn in targets if ":function:" in arn}


def _unbounded(name: str, policy: dict[str, Any]) -> Iterator[str]:
    if not 0 < policy.get("MaximumRetryAttempts", 0) <= 185:
        yield f"{name}: no number of retries"
    if not 60 <= policy.get("MaximumEventAgeInSeconds", 0) <= 86_400:
        yield f"{name}: no age after which an event is given up"


def every_subscription_buries(stack: Stack) -> Iterator[str]:
    """SNS gives up on a subscriber too."""
    for name, subscription in stack.of_type("AWS::SNS::Subscription"):
        queue = subscription.get("RedrivePolicy", {}).get("deadLetterTargetArn", "")
        topic = subscription["TopicArn"]
        if not policy_lets(stack, "AWS::SQS::QueuePolicy", queue, "sns.amazonaws.com", topic):
            yield f"{name}: a notice that it does not take is lost"


def every_machine_that_fails_is_heard(stack: Stack) -> Iterator[str]:
    """What no Catch catches, such as a time-out of the whole execution, comes as an event."""
    heard = {
        machine: set(rule["EventPattern"]["detail"]["status"])
        for _, rule in stack.of_type("AWS::Events::Rule")
        if rule.get("EventPattern", {}).get("source") == ["aws.states"]
        for machine in rule["EventPattern"]["detail"]["stateMachineArn"]
    }
    for name, _ in stack.of_type("AWS::StepFunctions::StateMachine"):
        if not heard.get(stack.resolve({"Ref": name}), set()) >= ENDED_BADLY:
            yield f"{name}: nobody hears that it failed"


def every_dead_letter_queue_rings_on_arrival_and_when_forgotten(stack: Stack) -> Iterator[str]:
    """An alarm on what lies there would stay on for days and say nothing of the next letter."""
    for name, queue in stack.of_type("AWS::SQS::Queue"):
        if name == "InboxQueue":  # is read, never emptied
            continue
        watched = {
            alarm["MetricName"]
            for _, alarm in stack.of_type("AWS::CloudWatch::Alarm")
            if {"Name": "QueueName", "Value": queue["QueueName"]} in alarm["Dimensions"]
        }
        if not watched >= {"NumberOfMessagesSent", "ApproximateAgeOfOldestMessage"}:
            yield f"{name}: letters arrive, or are forgotten, unnoticed"
        if queue.get("MessageRetentionPeriod") != TWO_WEEKS:
            yield f"{name}: letters are not kept as long as SQS can"


def every_alarm_tells_somebody_what_to_do(stack: Stack) -> Iterator[str]:
    """To the topic, with sentences; and silence is neither alarm nor unknown."""
    topic = stack.resolve({"Ref": "NoticesTopic"})
    for name, alarm in stack.of_type("AWS::CloudWatch::Alarm"):
        if topic not in alarm.get("AlarmActions", []):
            yield f"{name}: tells nobody"
        if alarm.get("AlarmDescription", "").count(".") < 1 or len(alarm["AlarmDescription"]) < 80:
            yield f"{name}: does not say what to do"
        if alarm.get("TreatMissingData") != "notBreaching":
            yield f"{name}: takes silence for something"
