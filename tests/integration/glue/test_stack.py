"""Jobs, crawlers and classifiers of a CloudFormation stack are those of Glue's API."""

import json
import uuid
from typing import Any

from tests.integration.glue.aws import Aws, allow


def _template(role: str, concurrent: int) -> str:
    job = {
        "Name": {"Fn::Sub": "${AWS::StackName}-job"},
        "Role": role,
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://code/job.py"},
        "ExecutionProperty": {"MaxConcurrentRuns": str(concurrent)},
        "JobRunQueuingEnabled": "true",
    }
    crawler = {
        "Name": {"Fn::Sub": "${AWS::StackName}-crawler"},
        "Role": role,
        "DatabaseName": "db",
        "Classifiers": [{"Ref": "Csv"}],
        "Targets": {"S3Targets": [{"Path": "s3://data/raw/"}]},
    }
    quoted = {"QuoteSymbol": '"', "ContainsHeader": "PRESENT"}
    classifier = {"Name": {"Fn::Sub": "${AWS::StackName}-csv"}, **quoted}
    resources = {
        "Job": {"Type": "AWS::Glue::Job", "Properties": job},
        "Crawler": {"Type": "AWS::Glue::Crawler", "Properties": crawler},
        "Csv": {"Type": "AWS::Glue::Classifier", "Properties": {"CsvClassifier": classifier}},
    }
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})


def _settled(aws: Aws, stack: str) -> dict[str, Any]:
    describe = aws.client("cloudformation").describe_stacks
    done = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    return aws.until(lambda: describe(StackName=stack)["Stacks"][0], "StackStatus", *done)


def test_a_stack_makes_changes_and_deletes_them(aws: Aws) -> None:
    # given a stack
    stack, role = f"stack-{uuid.uuid4().hex[:8]}", aws.role(allow("s3:*"))
    cloudformation, glue = aws.client("cloudformation"), aws.client("glue")
    cloudformation.create_stack(StackName=stack, TemplateBody=_template(role, concurrent=3))
    assert _settled(aws, stack)["StackStatus"] == "CREATE_COMPLETE"
    job = glue.get_job(JobName=f"{stack}-job")["Job"]
    assert (job["ExecutionProperty"]["MaxConcurrentRuns"], job["JobRunQueuingEnabled"]) == (3, True)
    assert glue.get_crawler(Name=f"{stack}-crawler")["Crawler"]["Classifiers"] == [f"{stack}-csv"]
    # when it is updated
    cloudformation.update_stack(StackName=stack, TemplateBody=_template(role, concurrent=5))
    assert _settled(aws, stack)["StackStatus"] == "UPDATE_COMPLETE"
    # then so is the job
    assert glue.get_job(JobName=f"{stack}-job")["Job"]["ExecutionProperty"]["MaxConcurrentRuns"] == 5
    # and with the stack all of them go
    cloudformation.delete_stack(StackName=stack)
    aws.until(lambda: {"gone": f"{stack}-job" not in glue.list_jobs()["JobNames"]}, "gone", True)
    assert f"{stack}-crawler" not in glue.list_crawlers()["CrawlerNames"]
