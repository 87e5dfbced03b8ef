"""Rules of this template as code: it keeps every one, and every one notices a template that breaks it."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.template.conftest import Stack
from tests.unit.template.rules import access, delivery, limits

Rule = Callable[[Stack], Iterator[str]]
Break = tuple[Rule, str, str, Any]
"""(rule, resource, path in its properties, what stands there instead; GONE: nothing)"""

GONE = object()
UPLOADED = "ReceiveUploadUploaded"
WIDE = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::marquee-dev-raw"}
PASSING = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}
OPEN = {
    "Statement": [{"Sid": "Open", "Effect": "Allow", "Action": "s3:*", "Principal": "*", "Resource": "*"}]
}
HEARD = {
    "source": ["aws.states"],
    "detail": {"stateMachineArn": [{"Ref": "ReleaseModel"}], "status": ["FAILED"]},
}
SCHEDULE = {"Type": "AWS::Scheduler::Schedule", "Properties": {"Target": {"Arn": "arn", "RoleArn": "arn"}}}

RULES = [
    rule
    for module in (delivery, limits, access)
    for name, rule in vars(module).items()
    if callable(rule) and rule.__module__ == module.__name__ and not name.startswith("_")
]
BREAKS: list[Break] = [
    (delivery.every_target_retries_and_buries, UPLOADED, "Targets.0.DeadLetterConfig", GONE),
    (delivery.every_target_retries_and_buries, UPLOADED, "Targets.0.RetryPolicy", GONE),
    (delivery.every_target_retries_and_buries, UPLOADED, "Targets.0.RetryPolicy.MaximumRetryAttempts", 0),
    (delivery.every_target_retries_and_buries, UPLOADED, "Name", "of-another-name-than-the-queue-lets-in"),
    (
        delivery.every_target_retries_and_buries,
        "CatalogDatasetCrawlFailed",
        "Targets.0.DeadLetterConfig",
        GONE,
    ),
    (
        delivery.every_asynchronous_function_buries,
        "ReceiveUploadEventInvokeConfig",
        "DestinationConfig",
        GONE,
    ),
    (delivery.every_asynchronous_function_buries, "FailRunEventInvokeConfig", "MaximumRetryAttempts", 0),
    (delivery.every_asynchronous_function_buries, "FailRunRole", "Policies", []),
    (delivery.every_subscription_buries, "InboxSubscription", "RedrivePolicy", GONE),
    (delivery.every_machine_that_fails_is_heard, "FailRunReleaseFailed", "EventPattern", HEARD),
    (
        delivery.every_dead_letter_queue_rings_on_arrival_and_when_forgotten,
        "FailedEventsAlarm",
        "MetricName",
        "ApproximateNumberOfMessagesVisible",
    ),
    (
        delivery.every_dead_letter_queue_rings_on_arrival_and_when_forgotten,
        "FailedEvents",
        "MessageRetentionPeriod",
        GONE,
    ),
    (delivery.every_alarm_tells_somebody_what_to_do, "OverdueRunsAlarm", "AlarmActions", []),
    (delivery.every_alarm_tells_somebody_what_to_do, "OverdueRunsAlarm", "AlarmDescription", "Runs overdue."),
    (delivery.every_alarm_tells_somebody_what_to_do, "OverdueRunsAlarm", "TreatMissingData", GONE),
    (limits.every_log_group_forgets, "EndpointLogs", "RetentionInDays", GONE),
    (limits.every_function_writes_to_a_log_group_of_its_own, "Predict", "LoggingConfig", GONE),
    (limits.every_function_has_limits_and_tracing, "Predict", "Timeout", GONE),
    (limits.every_function_has_limits_and_tracing, "Predict", "MemorySize", GONE),
    (limits.every_function_has_limits_and_tracing, "Predict", "Runtime", "python3.31"),
    (limits.every_function_has_limits_and_tracing, "Predict", "TracingConfig", GONE),
    (limits.every_job_ends, "PrepareDatasetJob", "Timeout", GONE),
    (limits.every_job_ends, "PrepareDatasetJob", "MaxRetries", 1),
    (limits.every_machine_logs, "ReleaseModel", "LoggingConfiguration", GONE),
    (access.no_statement_allows_actions_by_pattern, "EtlRole", "Policies.0.PolicyDocument.Statement.0", WIDE),
    (
        access.a_role_is_passed_by_its_name_to_one_service,
        "EtlRole",
        "Policies.0.PolicyDocument.Statement.0",
        PASSING,
    ),
    (access.every_role_trusts_one_service, "EtlRole", "AssumeRolePolicyDocument", TRUST),
    (access.no_two_functions_share_a_role, "Predict", "Role", {"Fn::GetAtt": ["RerunRole", "Arn"]}),
    (access.every_bucket_is_encrypted_and_private, "RawBucket", "BucketEncryption", GONE),
    (
        access.every_bucket_is_encrypted_and_private,
        "RawBucket",
        "PublicAccessBlockConfiguration.BlockPublicAcls",
        False,
    ),
    (access.everything_else_is_encrypted, "NoticesTopic", "KmsMasterKeyId", GONE),
    (access.everything_else_is_encrypted, "InboxQueue", "SqsManagedSseEnabled", GONE),
    (access.everything_else_is_encrypted, "LedgerTable", "SSESpecification", GONE),
    (access.everything_else_is_encrypted, "NoticesKey", "EnableKeyRotation", False),
    (access.everything_refuses_what_comes_without_tls, "RawBucketPolicy", "PolicyDocument.Statement", []),
    (access.everything_refuses_what_comes_without_tls, "InboxQueuePolicy", "PolicyDocument.Statement", []),
    (access.no_resource_policy_lets_everybody_in, "RawBucketPolicy", "PolicyDocument", OPEN),
    (access.every_function_url_is_the_one_with_a_guard, "PredictUrl", "AuthType", "NONE"),
    (access.every_function_url_is_the_one_with_a_guard, "PredictUrl", "Cors", {"AllowOrigins": ["*"]}),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps(rule: Rule, stack: Stack) -> None:
    assert list(rule(stack)) == []


@pytest.mark.parametrize(
    ("rule", "resource", "path", "instead"),
    BREAKS,
    ids=[f"{rule.__name__}-{resource}-{path}" for rule, resource, path, _ in BREAKS],
)
def test_a_template_that_breaks_it_is_noticed(
    stack: Stack, rule: Rule, resource: str, path: str, instead: Any
) -> None:
    changed = copy.deepcopy(stack.resources[resource])
    place = changed["Properties"]
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in way:
        place = place[step]
    if instead is GONE:
        del place[last]
    else:
        place[last] = instead

    assert list(rule(replace(stack, resources={**stack.resources, resource: changed})))


def test_a_schedule_without_a_queue_is_noticed(stack: Stack) -> None:
    resources = {**stack.resources, "Nightly": SCHEDULE}
    found = list(delivery.every_schedule_retries_and_buries(replace(stack, resources=resources)))
    assert "Nightly: what cannot be delivered is lost" in found


def test_every_rule_has_a_template_that_breaks_it() -> None:
    tried = {rule for rule, *_ in BREAKS} | {delivery.every_schedule_retries_and_buries}
    assert set(RULES) == tried
