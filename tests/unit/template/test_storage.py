"""Buckets, table, topic and queues: encrypted, private, TLS only, and no bigger than they need to be."""

from tests.unit.template.conftest import Stack


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


def test_ledger_is_on_demand_encrypted_and_can_be_put_back_in_time(stack: Stack) -> None:
    (_, table), *_ = stack.of_type("AWS::DynamoDB::Table")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSESpecification"]["SSEEnabled"]
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["by_kind", "by_open"]


def test_alarms_may_use_the_key_of_the_topic_they_publish_to(stack: Stack) -> None:
    (_, key), *_ = stack.of_type("AWS::KMS::Key")
    services = [s["Principal"].get("Service", []) for s in key["KeyPolicy"]["Statement"]]
    assert any("cloudwatch.amazonaws.com" in listed for listed in services)
