"""Nobody may more than needed, and nobody else is let in."""

from collections.abc import Iterator
from typing import Any

from tests.unit.template.conftest import Stack
from tests.unit.template.rules.statements import listed

RESOURCE_POLICIES = ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
BLOCKED = {"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"}
PASSED_TO_SAGEMAKER = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def no_statement_allows_actions_by_pattern(stack: Stack) -> Iterator[str]:
    """Every action by its name."""
    for name, _ in stack.of_type("AWS::IAM::Role"):
        for statement in stack.statements_of(name):
            if [action for action in listed(statement["Action"]) if "*" in action]:
                yield f"{name}: {statement['Action']}"


def a_role_is_passed_by_its_name_to_one_service(stack: Stack) -> Iterator[str]:
    """PassRole is a way to every permission of the role that is passed."""
    for name, _ in stack.of_type("AWS::IAM::Role"):
        for statement in stack.statements_of(name):
            if "iam:PassRole" not in listed(statement["Action"]):
                continue
            exact = statement["Action"] == "iam:PassRole" and not [
                arn for arn in listed(statement["Resource"]) if "*" in arn
            ]
            if not exact or statement.get("Condition") != PASSED_TO_SAGEMAKER:
                yield f"{name}: passes more than one role to one service"


def every_role_trusts_one_service(stack: Stack) -> Iterator[str]:
    """And only it; no other account."""
    for name, role in stack.of_type("AWS::IAM::Role"):
        trusted = [statement["Principal"] for statement in role["AssumeRolePolicyDocument"]["Statement"]]
        if len(trusted) != 1 or set(trusted[0]) != {"Service"} or len(listed(trusted[0]["Service"])) != 1:
            yield f"{name}: is trusted to {trusted}"


def no_two_functions_share_a_role(stack: Stack) -> Iterator[str]:
    """One role per function; a machine has its own as well."""
    owners: dict[str, str] = {}
    machines = stack.of_type("AWS::StepFunctions::StateMachine")
    for name, one in (*stack.of_type("AWS::Lambda::Function"), *machines):
        role = one.get("Role") or one["RoleArn"]
        if role in owners:
            yield f"{name}: acts as {owners[role]}"
        owners[role] = name


def every_bucket_is_encrypted_and_private(stack: Stack) -> Iterator[str]:
    """By S3 itself: under KMS an ETag is no MD5, and run ids are made of ETags."""
    for name, bucket in stack.of_type("AWS::S3::Bucket"):
        rules = bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
        if [rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules] != ["AES256"]:
            yield f"{name}: is not encrypted by S3"
        blocked = bucket.get("PublicAccessBlockConfiguration", {})
        if {key for key, value in blocked.items() if value} != BLOCKED:
            yield f"{name}: may be opened to the public"


def everything_else_is_encrypted(stack: Stack) -> Iterator[str]:
    """Topics with our key, queues and tables with AWS's; our key turns over."""
    wanted: dict[str, tuple[str, Any]] = {
        "AWS::SNS::Topic": ("KmsMasterKeyId", "NoticesKey"),
        "AWS::SQS::Queue": ("SqsManagedSseEnabled", True),
        "AWS::DynamoDB::Table": ("SSESpecification", {"SSEEnabled": True}),
        "AWS::KMS::Key": ("EnableKeyRotation", True),
    }
    for kind, (key, value) in wanted.items():
        for name, one in stack.of_type(kind):
            if one.get(key) != value:
                yield f"{name}: {key} is not {value}"


def everything_refuses_what_comes_without_tls(stack: Stack) -> Iterator[str]:
    """Buckets, queues and topics; the other services know nothing but TLS."""
    refusing = {covered for statement in _resource_statements(stack) for covered in _without_tls(statement)}
    for kind in ("AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic"):
        for name, _ in stack.of_type(kind):
            arn = stack.resolve({"Fn::GetAtt": [name, "Arn"]})
            needed = {arn, f"{arn}/*"} if kind == "AWS::S3::Bucket" else {arn}
            if not needed <= refusing:
                yield f"{name}: takes requests without TLS"


def _without_tls(statement: dict[str, Any]) -> list[str]:
    everybody = statement["Effect"] == "Deny" and statement.get("Principal") == "*"
    plain = statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    return listed(statement["Resource"]) if everybody and plain else []


def no_resource_policy_lets_everybody_in(stack: Stack) -> Iterator[str]:
    """Services only, and only ours where the service can be asked (test_service_roles says where not)."""
    for statement in _resource_statements(stack):
        if statement["Effect"] == "Deny":
            continue
        free = statement["Action"] == "sns:Publish" and "events.amazonaws.com" in str(statement["Principal"])
        if set(statement["Principal"]) != {"Service"} or not (free or statement.get("Condition")):
            yield f"{statement['Sid']}: lets everybody in"


def _resource_statements(stack: Stack) -> Iterator[dict[str, Any]]:
    for kind in RESOURCE_POLICIES:
        for _, policy in stack.of_type(kind):
            yield from policy["PolicyDocument"]["Statement"]


def every_function_url_is_the_one_with_a_guard(stack: Stack) -> Iterator[str]:
    """Signed requests only, by default; origins and how many at once are parameters (test_interface)."""
    for name, url in stack.of_type("AWS::Lambda::Url"):
        if name != "PredictUrl" or url["AuthType"] != "AWS_IAM":
            yield f"{name}: answers everybody"
        if "*" in str(url.get("Cors")):
            yield f"{name}: lets every page ask"
