"""Rules of EventBridge: what they match, and that they may invoke what they target."""

import json
from pathlib import Path
from typing import Any

import pytest
from ministack.services.eventbridge import _matches_pattern

from tests.unit.template.conftest import ROOT, Stack

EVENTS = ROOT / "events"
# Golden event -> the functions it starts. An event that is not here must start nothing.
STARTS = {
    "s3_raw_object_created": {"receive-upload"},
    "s3_raw_object_created_odd_name": {"receive-upload"},
    "s3_raw_folder_created": {"receive-upload"},
    "s3_batch_object_created": {"start-transform"},
    "s3_batch_object_created_multipart": {"start-transform"},
    "glue_job_succeeded": {"start-training", "catalog-dataset"},
    "glue_job_failed": {"fail-run"},
    "glue_job_stopped": {"fail-run"},
    "glue_job_timeout": {"fail-run"},
    "glue_crawler_failed": {"catalog-dataset"},
    "glue_crawler_curated_succeeded": {"catalog-dataset"},
    "sagemaker_training_job_completed": {"start-release", "start-training"},
    "sagemaker_training_job_failed": {"fail-run", "start-training"},
    "sagemaker_training_job_stopped": {"fail-run", "start-training"},
    "sagemaker_training_job_max_runtime_exceeded": {"fail-run", "start-training"},
    "sagemaker_transform_job_completed": {"finish-transform"},
    "sagemaker_transform_job_failed": {"finish-transform"},
    "sagemaker_transform_job_stopped": {"finish-transform"},
    "sagemaker_endpoint_in_service": {"scale-endpoint"},
    "sagemaker_endpoint_rolled_back": {"scale-endpoint"},
    "step_functions_execution_failed": {"fail-run"},
    "step_functions_execution_timed_out": {"fail-run"},
    "step_functions_execution_aborted": {"fail-run"},
}
GOLDEN = sorted(path for path in EVENTS.glob("*.json") if "source" in json.loads(path.read_text()))
EVENT_OF_ANOTHER = {
    "s3_raw_object_created": (
        "object",
        {"key": "athena/answer.csv", "size": 1, "etag": "e", "sequencer": "1"},
    ),
    "s3_batch_object_created": ("object", {"key": "batch/out/x.predictions.csv", "size": 1}),
    "glue_job_succeeded": ("jobName", "somebody-elses-job"),
    "glue_job_failed": ("jobName", "marquee-prod-prepare-dataset"),
    "sagemaker_training_job_completed": ("TrainingJobName", "marquee-prod-reviews-7d1f0c9a2b"),
    "sagemaker_transform_job_failed": ("TransformJobName", "somebody-elses-job"),
    "sagemaker_endpoint_in_service": ("EndpointName", "marquee-dev-trial"),
    "step_functions_execution_failed": ("stateMachineArn", "arn:aws:states:us-east-1:1:stateMachine:other"),
}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_event_starts_what_the_architecture_says(stack: Stack, path: Path) -> None:
    assert started(stack, json.loads(path.read_text())) == STARTS.get(path.stem, set())


def test_every_event_that_should_start_something_has_a_golden_file() -> None:
    assert set(STARTS) <= {path.stem for path in GOLDEN}


@pytest.mark.parametrize("name", EVENT_OF_ANOTHER)
def test_event_of_another_pipeline_or_prefix_starts_nothing(stack: Stack, name: str) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text())
    key, value = EVENT_OF_ANOTHER[name]
    event["detail"][key] = value
    assert started(stack, event) == set()


def test_every_rule_listens_to_one_source_and_named_things_of_this_stage(stack: Stack) -> None:
    for name, rule in stack.of_type("AWS::Events::Rule"):
        if pattern := rule.get("EventPattern"):
            assert len(pattern["source"]) == len(pattern["detail-type"]) == 1, name
            ours = "marquee-dev-" in json.dumps(pattern["detail"]) or pattern["detail"]["EndpointName"] == [
                "marquee-dev"
            ]
            assert ours, f"{name} hears every pipeline of the account"


def test_eventbridge_may_invoke_every_function_it_targets(stack: Stack) -> None:
    permitted = {
        (permission["FunctionName"], permission["SourceArn"])
        for _, permission in stack.of_type("AWS::Lambda::Permission")
        if permission["Principal"] == "events.amazonaws.com"
    }
    for name, rule in stack.of_type("AWS::Events::Rule"):
        rule_arn = stack.resolve({"Fn::GetAtt": [name, "Arn"]})
        for target in rule["Targets"]:
            if ":function:" in target["Arn"]:
                assert (target["Arn"].rpartition(":")[2], rule_arn) in permitted, name


def started(stack: Stack, event: dict[str, Any]) -> set[str]:
    """Names, without their prefix, of what the rules of the stack start for an event."""
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Account": event["account"],
        "Region": event["region"],
        "Resources": event["resources"],
    }
    rules = [rule for _, rule in stack.of_type("AWS::Events::Rule") if "EventPattern" in rule]
    hit = [rule for rule in rules if _matches_pattern(json.dumps(rule["EventPattern"]), entry)]
    arns = [target["Arn"] for rule in hit for target in rule["Targets"]]
    return {arn.rpartition(":")[2].removeprefix("marquee-dev-") for arn in arns}
