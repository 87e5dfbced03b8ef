"""What a test does to a cloud with Glue: the steps that many tests need."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

REGION, ACCOUNT = "us-east-1", "000000000000"
LAST_STATES = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED")


@dataclass(frozen=True)
class Aws:
    """A caller of the cloud: the root unless given other credentials."""

    endpoint_url: str
    session: boto3.Session
    bucket: str
    state: Path

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.endpoint_url)  # type: ignore[call-overload]

    def put(self, key: str, body: bytes | str) -> str:
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"

    def get(self, key: str) -> bytes:
        body: bytes = self.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def keys(self, prefix: str) -> list[str]:
        listed = self.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [item["Key"] for item in listed.get("Contents", [])]

    def role(self, *statements: Mapping[str, Any]) -> str:
        """A role that Glue may assume, allowed exactly these statements; gives its ARN."""
        name = f"role-{uuid.uuid4().hex[:8]}"
        trusted = {
            "Effect": "Allow",
            "Principal": {"Service": "glue.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        iam = self.client("iam")
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trusted))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=_policy(*statements))
        return arn

    def user(self, *statements: Mapping[str, Any]) -> "Aws":
        """A caller that is allowed exactly these statements."""
        name, iam = f"user-{uuid.uuid4().hex[:8]}", self.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=_policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)
        return Aws(self.endpoint_url, session, self.bucket, self.state)

    def job(self, script: str, role: str, **definition: Any) -> str:
        """A job that runs `script`; gives its name."""
        name = f"job-{uuid.uuid4().hex[:8]}"
        location = self.put(f"code/{name}.py", script)
        command = {"Name": "glueetl", "PythonVersion": "3", "ScriptLocation": location}
        self.client("glue").create_job(Name=name, Role=role, Command=command, GlueVersion="5.1", **definition)
        return name

    def run(self, job: str, **parameters: Any) -> str:
        run_id: str = self.client("glue").start_job_run(JobName=job, **parameters)["JobRunId"]
        return run_id

    def ended(self, job: str, run_id: str) -> dict[str, Any]:
        """The run once it has ended."""
        return self.until(lambda: self.job_run(job, run_id), "JobRunState", *LAST_STATES)

    def job_run(self, job: str, run_id: str) -> dict[str, Any]:
        run: dict[str, Any] = self.client("glue").get_job_run(JobName=job, RunId=run_id)["JobRun"]
        return run

    def crawler(self, role: str, *prefixes: str, **definition: Any) -> tuple[str, str]:
        """A crawler over prefixes of the bucket and its new database: (crawler, database)."""
        name, database = f"crawler-{uuid.uuid4().hex[:8]}", f"db_{uuid.uuid4().hex[:8]}"
        glue = self.client("glue")
        glue.create_database(DatabaseInput={"Name": database})
        targets = {"S3Targets": [{"Path": f"s3://{self.bucket}/{prefix}"} for prefix in prefixes]}
        glue.create_crawler(Name=name, Role=role, DatabaseName=database, Targets=targets, **definition)
        return name, database

    def crawled(self, crawler: str) -> dict[str, Any]:
        """Start the crawler; gives it when it is ready again."""
        self.client("glue").start_crawler(Name=crawler)
        return self.until(lambda: self.client("glue").get_crawler(Name=crawler)["Crawler"], "State", "READY")

    def query(self, database: str, sql: str) -> list[list[str]]:
        """The rows that Athena answers, without the header."""
        athena = self.client("athena")
        query_id = athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": database},
            ResultConfiguration={"OutputLocation": f"s3://{self.bucket}/athena/"},
        )["QueryExecutionId"]
        execution = self.until(
            lambda: athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"],
            "State",
            *("SUCCEEDED", "FAILED"),
        )
        assert execution["State"] == "SUCCEEDED", execution
        rows = athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"][1:]
        return [[cell.get("VarCharValue", "") for cell in row["Data"]] for row in rows]

    def until(self, describe: Callable[[], dict[str, Any]], name: str, *values: object) -> dict[str, Any]:
        """Ask until the member `name` is one of the values."""
        deadline = time.monotonic() + 180
        while (answer := describe())[name] not in values:
            assert time.monotonic() < deadline, answer
            time.sleep(0.05)
        return answer

    def event_queue(self) -> str:
        """A queue that gets every event of Glue from now on; gives its URL."""
        name = f"events-{uuid.uuid4().hex[:8]}"
        sqs, events = self.client("sqs"), self.client("events")
        url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        principal = {"Service": "events.amazonaws.com"}
        policy = _policy(
            {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": arn}
        )
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.glue"]}))
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        return url

    def events(self, queue: str, about: str, number: int) -> list[dict[str, Any]]:
        """The first `number` events in the queue whose detail holds the text `about`."""
        sqs, found = self.client("sqs"), list[dict[str, Any]]()
        deadline = time.monotonic() + 20
        while len(found) < number and time.monotonic() < deadline:
            for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                event = json.loads(message["Body"])
                found += [event] if about in json.dumps(event["detail"]) else []
        return found


def allow(*actions: str, resource: str = "*") -> dict[str, Any]:
    """A policy statement."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def _policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
