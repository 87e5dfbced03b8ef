"""A batch from the drop to the predictions, through both functions."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.start_transform import app as start_transform
from marquee import clients
from marquee.batches import BatchStage
from tests.unit.marquee.doubles import Refused, refusing

from .conftest import BUCKET, CHAMPION, Cloud, golden

REVIEWS = 'id,Review,year\n1,"fine, ""really""\nfine",1999\n2,,2001\n3,bad 🎬,\n'


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_dropped_csv_becomes_json_lines_and_a_transform_job(cloud: Cloud) -> None:
    cloud.promote()

    batch = cloud.start(cloud.drop(REVIEWS))

    assert (batch.stage, batch.rows, batch.model_version) == (BatchStage.TRANSFORMING, 3, "3")
    lines = cloud.read(f"batch/work/{batch.batch_id}/input.jsonl").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"id": "1", "text": 'fine, "really"\nfine'},
        {"id": "2", "text": ""},
        {"id": "3", "text": "bad 🎬"},
    ]
    name = f"marquee-dev-{batch.batch_id}"
    job = clients.sagemaker().describe_transform_job(TransformJobName=name)
    assert job["ModelName"] == f"marquee-dev-{CHAMPION.attempt_id}"
    assert job["TransformInput"]["SplitType"] == job["TransformOutput"]["AssembleWith"] == "Line"


def test_the_predictions_are_added_to_the_rows_as_they_were(cloud: Cloud) -> None:
    cloud.promote()
    batch = cloud.start(cloud.drop(REVIEWS))
    cloud.transform(batch)

    batch = cloud.finish(batch)

    assert batch.stage == BatchStage.DONE
    assert batch.labels == {"positive": 1, "negative": 1}
    assert rows_of(cloud.read(batch.output_key)) == [
        ["id", "Review", "year", "label", "confidence", "score_negative", "score_positive"],
        ["1", 'fine, "really"\nfine', "1999", "positive", "0.875", "0.125", "0.875"],
        ["2", "", "2001", "", "", "", ""],
        ["3", "bad 🎬", "", "negative", "0.875", "0.875", "0.125"],
    ]


def test_the_notice_says_what_where_what_next_and_what_it_cost(cloud: Cloud) -> None:
    cloud.promote()
    batch = cloud.start(cloud.drop(REVIEWS))
    cloud.transform(batch)
    cloud.finish(batch)

    [notice] = cloud.notices()

    attributes = {name: value["Value"] for name, value in notice["MessageAttributes"].items()}
    assert attributes == {"stage": "DONE", "outcome": "batch_done", "run_id": batch.batch_id}
    said = (
        "3 rows were judged by model version 3: 1 negative, 1 positive, 1 without a text, which got no label"
    )
    assert said in notice["Message"]
    assert f"s3://{BUCKET}/batch/out/reviews.predictions.csv" in notice["Message"]
    assert "84 s of ml.m5.large" in notice["Message"]


def test_a_packed_file_with_a_byte_order_mark_comes_back_with_it(cloud: Cloud) -> None:
    cloud.promote()
    batch = cloud.start(cloud.drop(gzip.compress("\ufeffReview\nschön\n".encode()), "a b/Été.CSV.gz"))
    cloud.transform(batch)

    batch = cloud.finish(batch)

    assert batch.output_key == "batch/out/a b/Été.CSV.gz.predictions.csv"
    assert cloud.read(batch.output_key).startswith("\ufeffReview,label")


def test_json_lines_become_a_csv_of_their_fields(cloud: Cloud) -> None:
    cloud.promote()
    lines = [{"text": "fine", "n": 1.5, "tags": ["a"]}, {"n": None, "text": None}]
    batch = cloud.start(cloud.drop("\n\n".join(map(json.dumps, lines)), "reviews.jsonl"))
    cloud.transform(batch)

    rows = rows_of(cloud.read(cloud.finish(batch).output_key))

    assert [row[:4] for row in rows] == [
        ["text", "n", "tags", "label"],
        ["fine", "1.5", '["a"]', "positive"],
        ["", "", "", ""],
    ]


def test_a_file_that_cannot_work_is_refused_and_leaves_nothing(cloud: Cloud) -> None:
    cloud.promote()
    # More than one part of an upload is written before the last row turns out to be too short.
    content = "review,n\n" + f"{'fine' * 1000},1\n" * 2_500 + "fine\n"

    batch = cloud.start(cloud.drop(content))

    assert batch.stage == BatchStage.FAILED
    assert "line 2502 has 1 fields and the header 2" in batch.reason
    [notice] = cloud.notices()
    assert batch.reason in notice["Message"]
    assert notice["MessageAttributes"]["outcome"]["Value"] == "batch_failed"
    assert cloud.keys("batch/work/") == []
    assert "Uploads" not in cloud.s3.list_multipart_uploads(Bucket=BUCKET)
    assert clients.sagemaker().list_transform_jobs()["TransformJobSummaries"] == []


def test_a_batch_before_the_first_model_fails_and_the_next_drop_works(cloud: Cloud) -> None:
    refused = cloud.start(cloud.drop(REVIEWS, sequencer="01"))
    cloud.promote()
    batch = cloud.start(cloud.drop(REVIEWS, sequencer="02"))

    assert "no model is live yet" in refused.reason
    assert batch.batch_id != refused.batch_id
    assert batch.stage == BatchStage.TRANSFORMING


def test_an_event_delivered_again_changes_nothing(cloud: Cloud) -> None:
    cloud.promote()
    event = cloud.drop(REVIEWS)

    first = cloud.start(event)
    again = cloud.start(event)
    cloud.transform(first)
    done = cloud.finish(first)
    late = cloud.start(event)
    repeated = cloud.finish(first)

    assert again == first
    assert late == repeated
    assert repeated.history == done.history
    assert len(clients.sagemaker().list_transform_jobs()["TransformJobSummaries"]) == 1
    assert len(cloud.notices()) == 1


def test_a_champion_that_changes_meanwhile_does_not_change_the_batch(cloud: Cloud) -> None:
    cloud.promote()
    event = cloud.drop(REVIEWS)
    cloud.start(event)
    cloud.promote()

    assert cloud.start(event).model_attempt == CHAMPION.attempt_id


def test_the_marker_of_a_folder_is_no_batch(cloud: Cloud) -> None:
    start_transform.handler(cloud.drop("", "folder/"), None)

    assert cloud.ledger.batches() == []


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_a_job_that_failed_leaves_a_reason_and_no_output(cloud: Cloud, state: str) -> None:
    cloud.promote()
    batch = cloud.start(cloud.drop(REVIEWS))

    batch = cloud.finish(batch, state)

    event = golden(f"sagemaker_transform_job_{state}")
    assert batch.stage == BatchStage.FAILED
    assert event["detail"].get("FailureReason", "SageMaker gave no reason") in batch.reason
    assert cloud.keys("batch/out/") == []


def test_predictions_that_do_not_fit_the_rows_are_no_output(cloud: Cloud) -> None:
    cloud.promote()
    batch = cloud.start(cloud.drop(REVIEWS))
    cloud.transform(batch, lambda answers: answers[:-1])

    batch = cloud.finish(batch)

    assert (batch.stage, batch.reason) == (BatchStage.FAILED, "the predictions end before row 3")
    assert cloud.keys("batch/out/") == []


def test_a_file_replaced_meanwhile_fails_instead_of_mixing_rows(cloud: Cloud) -> None:
    cloud.promote()
    batch = cloud.start(cloud.drop(REVIEWS))
    cloud.transform(batch)
    cloud.drop(REVIEWS.replace("fine", "poor"))

    batch = cloud.finish(batch)

    assert "replaced or removed" in batch.reason
    assert cloud.keys("batch/out/") == []


def test_a_notice_that_could_not_be_sent_is_sent_by_the_retry(cloud: Cloud) -> None:
    cloud.promote()
    batch = cloud.start(cloud.drop(REVIEWS))
    refusal = Refused("AuthorizationError", "not now")
    with refusing(clients.sns(), "Publish", refusal), pytest.raises(ClientError, match="not now"):
        cloud.finish(batch, "failed")

    cloud.finish(batch, "failed")

    assert len(cloud.notices()) == 1


def test_a_batch_whose_model_was_pruned_while_it_waited_for_room_goes_to_the_champion(cloud: Cloud) -> None:
    cloud.promote()
    event = cloud.drop(REVIEWS)
    full = Refused("ResourceLimitExceeded", "the limit is 1 Instances, with current utilization of 1")
    with refusing(clients.sagemaker(), "CreateTransformJob", full):
        waiting = cloud.start(event)
    cloud.promote(replace(CHAMPION, attempt_id="later-7d1f0c9a2b", version="9", previous=()))

    def gone(params: dict[str, Any], **_: Any) -> None:
        if params["body"] and CHAMPION.attempt_id in str(params["body"]):
            raise ClientError(
                {"Error": {"Code": "ValidationException", "Message": "Could not find model"}},
                "CreateTransformJob",
            )

    events = clients.sagemaker().meta.events
    events.register("before-call.sagemaker.CreateTransformJob", gone)
    batch = cloud.start(event)
    events.unregister("before-call.sagemaker.CreateTransformJob", gone)

    assert (waiting.model_version, batch.model_version) == ("3", "9")
    job = clients.sagemaker().describe_transform_job(TransformJobName=f"marquee-dev-{batch.batch_id}")
    assert job["ModelName"] == "marquee-dev-later-7d1f0c9a2b"
    assert "version 3 is not kept any more, version 9 answers" in batch.history[-1].cause


def test_a_job_that_is_refused_for_another_reason_fails_its_batch(cloud: Cloud) -> None:
    cloud.promote()
    refusal = Refused("ValidationException", "no such instance type")
    with refusing(clients.sagemaker(), "CreateTransformJob", refusal):
        batch = cloud.start(cloud.drop(REVIEWS))
    assert (batch.stage, "no such instance type" in batch.reason) == (BatchStage.FAILED, True)
