"""What a test does to the cloud: a caller with the steps that many tests need."""

import io
import json
import tarfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from localcloud.client import LocalCloud
from localcloud.config import CloudConfig

ROOT = Path(__file__).parents[3]
REGION, ACCOUNT = "us-east-1", "000000000000"

INFERENCE = """
import json, os, time
def model_fn(model_dir):
    if os.environ.get("BROKEN"):
        raise RuntimeError("this model does not load")
    return open(os.path.join(model_dir, "greeting.txt")).read()
def input_fn(body, content_type):
    if content_type == "application/jsonlines":
        return [json.loads(line) for line in body.decode().split("\\n") if line]
    return [json.loads(body)]
def predict_fn(rows, model):
    if rows[0].get("sleep"):
        time.sleep(rows[0]["sleep"])
    if rows[0].get("die"):
        os._exit(3)
    return [{"id": row["id"], "said": model, "pid": os.getpid(), "name": row["name"].upper()} for row in rows]
def output_fn(rows, accept):
    return "".join(json.dumps(row) + "\\n" for row in rows), accept
"""


@dataclass(frozen=True)
class Aws:
    """A caller of the cloud: the root unless given other credentials."""

    endpoint_url: str
    state: Path
    session: boto3.Session
    bucket: str
    role: str

    @property
    def cloud(self) -> LocalCloud:
        """The handle of the cloud itself, for what goes wrong on purpose."""
        found = LocalCloud.find(CloudConfig(self.state))
        assert found
        return found

    def client(self, service: str, **options: Any) -> Any:
        make: Any = self.session.client
        return make(service, endpoint_url=self.endpoint_url, **options)

    def put(self, key: str, body: bytes) -> str:
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"

    def get(self, uri: str) -> bytes:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def until(
        self, describe: Callable[[], Mapping[str, Any]], name: str, *values: object
    ) -> Mapping[str, Any]:
        """Ask until the member `name` is one of the values."""
        deadline = time.monotonic() + 60
        while (answer := describe())[name] not in values:
            assert time.monotonic() < deadline, answer
            time.sleep(0.05)
        return answer

    def model(self, name: str, files: Mapping[str, str], role: str = "", **environment: str) -> str:
        """A model whose archive holds `files`, under the role of the tests or another one."""
        needed = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
        self.client("sagemaker").create_model(
            ModelName=name,
            ExecutionRoleArn=role or self.role,
            PrimaryContainer={
                "Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3",
                "ModelDataUrl": self.put(f"models/{name}/model.tar.gz", archive(files)),
                "Environment": needed | environment,
            },
        )
        return name

    def greeter(
        self, name: str, greeting: str, script: str = INFERENCE, role: str = "", **environment: str
    ) -> str:
        """A model that answers with its greeting and its process id."""
        files = {"greeting.txt": greeting, "code/inference.py": script}
        return self.model(name, files, role, **environment)

    def config(self, name: str, *variants: tuple[str, str, float], instance_type: str = "ml.m5.large") -> str:
        """An endpoint config of (variant, model, weight)."""
        self.client("sagemaker").create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": variant,
                    "ModelName": model,
                    "InitialVariantWeight": weight,
                    "InstanceType": instance_type,
                    "InitialInstanceCount": 1,
                }
                for variant, model, weight in variants
            ],
        )
        return name

    def settled(self, endpoint: str) -> Mapping[str, Any]:
        """The endpoint once nothing is under way."""
        describe = self.client("sagemaker").describe_endpoint
        return self.until(lambda: describe(EndpointName=endpoint), "EndpointStatus", "InService", "Failed")

    def invoke(self, endpoint: str, body: Mapping[str, Any], **parameters: Any) -> dict[str, Any]:
        answer = self.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json", Body=json.dumps(body), **parameters
        )
        row: dict[str, Any] = json.loads(answer["Body"].read())
        return row | {"variant": answer["InvokedProductionVariant"]}

    def role_with(self, *statements: Mapping[str, Any]) -> str:
        """A role that SageMaker may assume, allowed exactly these statements; gives its ARN."""
        name = f"role-{uuid.uuid4().hex[:8]}"
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sagemaker.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        iam = self.client("iam")
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        return arn

    def user_with(self, *statements: Mapping[str, Any]) -> "Aws":
        """A caller that is allowed exactly these statements."""
        name, iam = f"user-{uuid.uuid4().hex[:8]}", self.client("iam")
        iam.create_user(UserName=name)
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=REGION)
        return Aws(self.endpoint_url, self.state, session, self.bucket, self.role)

    def events(self, queue: str, detail_type: str, arn_end: str) -> list[dict[str, Any]]:
        """The events of the type about a resource that arrived in the queue."""
        found = []
        for body in self._bodies(queue):
            event = json.loads(body)
            if event["detail-type"] == detail_type and event["resources"][0].endswith(arn_end):
                found.append(event)
        return found

    def event_queue(self) -> str:
        """A queue that gets every event of SageMaker from now on; gives its URL."""
        name = f"events-{uuid.uuid4().hex[:8]}"
        sqs, events = self.client("sqs"), self.client("events")
        url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return url

    def _bodies(self, queue: str) -> Iterator[str]:
        sqs = self.client("sqs")
        while messages := sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2, VisibilityTimeout=0
        ).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                yield message["Body"]


def archive(files: Mapping[str, str]) -> bytes:
    """A .tar.gz of the files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return stream.getvalue()
