"""Buckets, table, topic and queues: encrypted, private, TLS only, and no bigger than they need to be."""

from collections.abc import Iterator
from typing import Any

from tests.unit.template.conftest import Stack

RESOURCE_POLICIES = ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")


def test_every_bucket_is_encrypted_by_s3_itself_so_that_an_etag_stays_an_md5(stack: Stack) -> None:
    for name, bucket in stack.of_type("AWS::S3::Bucket"):
        rules = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert [rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules] == ["AES256"], name


def test_every_bucket_blocks_public_access_and_ends_broken_uploads(stack: Stack) -> None:
    for name, bucket in stack.of_type("AWS::S3::Bucket"):
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4, name
        rules = bucket["LifecycleConfiguration"]["Rules"]
        assert any("AbortIncompleteMultipartUpload" in rule for rule in rules), name
        assert all(rule["Status"] == "Enabled" for rule in rules), name


def test_what_cannot_be_made_again_is_versioned(stack: Stack) -> None:
    versioned = {
        name for name, bucket in stack.of_type("AWS::S3::Bucket") if "VersioningConfiguration" in bucket
    }
    assert versioned == {"RawBucket", "ModelBucket"}


def test_only_buckets_people_drop_files_in_speak_to_eventbridge(stack: Stack) -> None:
    speaking = {
        name for name, bucket in stack.of_type("AWS::S3::Bucket") if "NotificationConfiguration" in bucket
    }
    assert speaking == {"RawBucket", "BatchBucket"}


def test_every_bucket_queue_and_topic_refuses_what_comes_without_tls(stack: Stack) -> None:
    refusing = {covered for statement in statements(stack) for covered in covered_without_tls(statement)}
    for name, bucket in stack.of_type("AWS::S3::Bucket"):
        arn = f"arn:aws:s3:::{bucket['BucketName']}"
        assert {arn, f"{arn}/*"} <= refusing, name
    for kind in ("AWS::SQS::Queue", "AWS::SNS::Topic"):
        for name, _ in stack.of_type(kind):
            assert stack.resolve({"Fn::GetAtt": [name, "Arn"]}) in refusing, name


def test_no_resource_policy_lets_everybody_in(stack: Stack) -> None:
    for statement in statements(stack):
        assert statement["Effect"] == "Deny" or "Service" in statement["Principal"], statement["Sid"]
        # EventBridge is refused by a topic policy with a condition; test_service_roles says why.
        free = statement["Action"] == "sns:Publish" and "events.amazonaws.com" in str(statement["Principal"])
        assert statement["Effect"] == "Deny" or free or statement["Condition"], statement["Sid"]


def test_ledger_is_on_demand_encrypted_and_can_be_put_back_in_time(stack: Stack) -> None:
    (_, table), *_ = stack.of_type("AWS::DynamoDB::Table")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSESpecification"]["SSEEnabled"]
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by_kind", "by_open"]


def test_topic_and_queues_are_encrypted(stack: Stack) -> None:
    assert all(topic["KmsMasterKeyId"] == "NoticesKey" for _, topic in stack.of_type("AWS::SNS::Topic"))
    assert all(queue["SqsManagedSseEnabled"] for _, queue in stack.of_type("AWS::SQS::Queue"))


def test_alarms_may_use_the_key_of_the_topic_they_publish_to(stack: Stack) -> None:
    (_, key), *_ = stack.of_type("AWS::KMS::Key")
    services = [s["Principal"].get("Service", []) for s in key["KeyPolicy"]["Statement"]]
    assert any("cloudwatch.amazonaws.com" in listed for listed in services)


def statements(stack: Stack) -> Iterator[dict[str, Any]]:
    for kind in RESOURCE_POLICIES:
        for _, policy in stack.of_type(kind):
            yield from policy["PolicyDocument"]["Statement"]


def covered_without_tls(statement: dict[str, Any]) -> list[str]:
    denied = statement["Effect"] == "Deny" and statement.get("Principal") == "*"
    if not denied or statement["Condition"] != {"Bool": {"aws:SecureTransport": "false"}}:
        return []
    resource = statement["Resource"]
    return resource if isinstance(resource, list) else [resource]
