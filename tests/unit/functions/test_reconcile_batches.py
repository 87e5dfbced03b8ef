"""Whatever event of a batch is lost, the function it was meant for gets it from the reconciler."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from marquee import clients
from marquee.batches import Batch, BatchLedger, BatchStage
from marquee.batches.transform_jobs import TransformEvent
from marquee.clock import later
from marquee.ledger import Champion
from tests.unit.champions import seed_champion
from tests.unit.functions.conftest import Pipeline, golden
from tests.unit.marquee.doubles import LambdaDouble, Refused

BUCKET = "marquee-dev-batch-123456789012-us-east-1"
# Asleep, for there is no endpoint here that it should be on.
CHAMPION = Champion(
    "films-7d1f0c9a2b", "films-7d1f0c9a2b", "3", "config", 0.92, "2026-11-22T17:00:00.000Z", asleep=True
)


@pytest.fixture
def functions(aws: None) -> Iterator[LambdaDouble]:
    with LambdaDouble().answering(clients.functions()) as double:
        yield double


@pytest.fixture
def event(pipeline: Pipeline, table: str, functions: LambdaDouble) -> dict[str, Any]:
    """The event of a file that lies in the batch bucket."""
    seed_champion(table, CHAMPION)
    config = CHAMPION.endpoint_config
    pipeline.sagemaker.endpoint = {"EndpointStatus": "InService", "EndpointConfigName": config}
    clients.s3().create_bucket(Bucket=BUCKET)
    key = "batch/in/reviews.csv"
    etag = clients.s3().put_object(Bucket=BUCKET, Key=key, Body=b"review\nfine\n")["ETag"].strip('"')
    event = golden("s3_batch_object_created")
    event["detail"]["object"] |= {"key": key, "etag": etag, "size": 12, "sequencer": "01"}
    event["detail"]["bucket"]["name"] = BUCKET
    return event


def the_batch(table: str) -> Batch:
    (batch,) = BatchLedger(table).batches()
    return batch


def put(table: str, batch: Batch, **fields: str) -> None:
    """Set fields of a batch, such as its deadline, as time would."""
    for name, value in fields.items():
        clients.dynamodb().update_item(
            TableName=table,
            Key={"pk": {"S": f"batch#{batch.batch_id}"}},
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":v": {"S": value}},
        )


def reconcile(pipeline: Pipeline) -> dict[str, Any]:
    return pipeline.call("reconcile", {"quiet_seconds": 0})


def start(pipeline: Pipeline, table: str, event: dict[str, Any]) -> tuple[Batch, dict[str, Any]]:
    """Run start_transform; the batch and its transform job."""
    pipeline.call("start_transform", event)
    batch = the_batch(table)
    return batch, pipeline.sagemaker.transforms[f"marquee-dev-{batch.batch_id}"]


def test_a_batch_is_left_alone_while_its_job_works_or_it_was_just_heard_of(
    pipeline: Pipeline, table: str, event: dict[str, Any], functions: LambdaDouble
) -> None:
    batch, job = start(pipeline, table, event)
    assert reconcile(pipeline) == {batch.batch_id: "working"}
    job["TransformJobStatus"] = "Completed"
    assert pipeline.call("reconcile", {}) == {}
    assert functions.sent == []


def test_a_lost_failure_reaches_finish_transform(
    pipeline: Pipeline, table: str, event: dict[str, Any], functions: LambdaDouble
) -> None:
    batch, job = start(pipeline, table, event)
    job |= {"TransformJobStatus": "Failed", "FailureReason": "AlgorithmError: out of memory"}
    assert reconcile(pipeline) == {batch.batch_id: "moved"}
    ((name, sent),) = functions.sent
    pipeline.call(name, sent)
    assert the_batch(table).stage == BatchStage.FAILED
    assert "out of memory" in the_batch(table).reason
    assert reconcile(pipeline) == {}
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["batch_failed"]


def test_a_lost_success_tells_how_long_the_job_took(
    pipeline: Pipeline, table: str, event: dict[str, Any], functions: LambdaDouble
) -> None:
    _, job = start(pipeline, table, event)
    began = datetime(2026, 11, 22, 17, tzinfo=UTC)
    job |= {"TransformJobStatus": "Completed", "TransformStartTime": began}
    job["TransformEndTime"] = began + timedelta(seconds=84)
    reconcile(pipeline)
    ((name, sent),) = functions.sent
    parsed = TransformEvent.parse(sent)
    assert (name, parsed.status, parsed.seconds) == ("finish_transform", "Completed", 84)


def test_a_busy_account_is_asked_again(
    pipeline: Pipeline, table: str, event: dict[str, Any], functions: LambdaDouble
) -> None:
    limit = Refused("ResourceLimitExceeded", "The account-level service limit 'x' is 1 Instances")
    pipeline.sagemaker.refuse_next["CreateTransformJob"] = limit
    pipeline.call("start_transform", event)
    assert reconcile(pipeline) == {the_batch(table).batch_id: "moved"}
    ((name, sent),) = functions.sent
    pipeline.call(name, sent)
    assert len(pipeline.sagemaker.transforms) == 1
    assert the_batch(table).stage == BatchStage.TRANSFORMING


def busy(pipeline: Pipeline, table: str, event: dict[str, Any]) -> Batch:
    """A batch whose transform job found no room."""
    limit = Refused("ResourceLimitExceeded", "The account-level service limit 'x' is 1 Instances")
    pipeline.sagemaker.refuse_next["CreateTransformJob"] = limit
    pipeline.call("start_transform", event)
    return the_batch(table)


def job_ended(batch: Batch) -> dict[str, Any]:
    event = golden("sagemaker_transform_job_failed")
    event["detail"]["TransformJobName"] = f"marquee-dev-{batch.batch_id}"
    return event


def other_ends(pipeline: Pipeline, table: str, event: dict[str, Any], waiting: Batch) -> None:
    """Drop the file once more, and let the job of that batch end; the same end is told as often as called."""
    event["detail"]["object"]["sequencer"] = "02"
    pipeline.call("start_transform", event)
    (other,) = (one for one in BatchLedger(table).batches() if one.batch_id != waiting.batch_id)
    pipeline.call("finish_transform", job_ended(other))


def test_the_end_of_a_job_has_the_oldest_that_waits_asked_for_again(
    pipeline: Pipeline, table: str, event: dict[str, Any], functions: LambdaDouble
) -> None:
    waiting = busy(pipeline, table, event)
    for _ in range(2):  # its turn is taken: it is not sent twice
        other_ends(pipeline, table, event, waiting)
    ((name, sent),) = functions.sent
    pipeline.call(name, sent)
    assert f"marquee-dev-{waiting.batch_id}" in pipeline.sagemaker.transforms
    assert not BatchLedger(table).get(waiting.batch_id).waits


def test_a_turn_that_could_not_be_passed_on_is_passed_on_by_the_next_try(
    pipeline: Pipeline, table: str, event: dict[str, Any], functions: LambdaDouble
) -> None:
    waiting = busy(pipeline, table, event)
    functions.refuse_next["Invoke"] = Refused("AccessDeniedException", "not authorized")
    with pytest.raises(ClientError, match="not authorized"):
        other_ends(pipeline, table, event, waiting)
    assert functions.sent == []
    other_ends(pipeline, table, event, waiting)
    assert len(functions.sent) == 1


def test_a_wait_moves_the_deadline_for_three_days_and_no_longer(
    pipeline: Pipeline, table: str, event: dict[str, Any], functions: LambdaDouble
) -> None:
    batch = busy(pipeline, table, event)
    put(table, batch, deadline=later(60))
    assert busy(pipeline, table, event).deadline > later(3 * 3600)
    put(table, batch, deadline=later(-1), waiting_since=later(-3 * 86_400 - 1))
    overdue = busy(pipeline, table, event)
    assert (overdue.waits, overdue.deadline < later(0)) == (True, True)
    put(table, batch, deadline=later(-2 * 3600))
    reconcile(pipeline)
    failed = the_batch(table)
    assert (failed.stage, "waited for room since" in failed.reason) == (BatchStage.FAILED, True)


def test_a_file_that_was_never_prepared_is_prepared(
    pipeline: Pipeline, table: str, event: dict[str, Any], functions: LambdaDouble
) -> None:
    pipeline.call("start_transform", event)
    batch = the_batch(table)
    pipeline.sagemaker.transforms.clear()
    put(table, batch, stage="RECEIVED")
    assert pipeline.call("reconcile", {}) == {}  # start_transform may still be at work
    assert reconcile(pipeline) == {batch.batch_id: "moved"}
    ((name, sent),) = functions.sent
    pipeline.call(name, sent)
    assert the_batch(table).stage == BatchStage.TRANSFORMING
    assert len(pipeline.sagemaker.transforms) == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ResourceLimitExceeded", "The account-level service limit 'x' is 0 Instances"),
        ("ValidationException", "Could not find model"),
    ],
)
def test_a_job_that_sagemaker_will_never_take_fails_the_batch(
    pipeline: Pipeline, table: str, event: dict[str, Any], code: str, message: str
) -> None:
    pipeline.sagemaker.refuse_next["CreateTransformJob"] = Refused(code, message)
    pipeline.call("start_transform", event)
    assert the_batch(table).stage == BatchStage.FAILED
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], message in notice["text"]) == ("batch_failed", True)


def test_a_batch_past_its_deadline_is_stopped_and_failed(
    pipeline: Pipeline, table: str, event: dict[str, Any]
) -> None:
    batch, job = start(pipeline, table, event)
    put(table, batch, deadline=later(-1))
    reconcile(pipeline)
    assert (the_batch(table).stage, job["TransformJobStatus"]) == (BatchStage.FAILED, "Stopping")
    (notice,) = pipeline.inbox()
    assert "by its deadline" in notice["text"]


def test_a_batch_that_nothing_can_finish_fails_in_the_end(
    pipeline: Pipeline, table: str, event: dict[str, Any], functions: LambdaDouble
) -> None:
    batch, job = start(pipeline, table, event)
    job["TransformJobStatus"] = "Completed"
    put(table, batch, deadline=later(-60))
    assert reconcile(pipeline) == {batch.batch_id: "moved"}
    assert the_batch(table).stage == BatchStage.TRANSFORMING
    put(table, batch, deadline=later(-2 * 3600))
    reconcile(pipeline)
    assert len(functions.sent) == 1
    assert the_batch(table).stage == BatchStage.FAILED


def test_an_ending_nobody_was_told_of_is_told(pipeline: Pipeline, table: str, event: dict[str, Any]) -> None:
    batch, _ = start(pipeline, table, event)
    put(table, batch, stage="FAILED", reason="a function that died then")
    for _ in range(2):
        reconcile(pipeline)
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["batch_failed"]
