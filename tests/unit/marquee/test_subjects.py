"""Which run an event is about, told from the event alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from marquee.batches.models import Batch
from marquee.events import ExecutionEvent, UploadEvent
from marquee.identity import run_id_of
from marquee.names import attempt_of
from marquee.subjects import run_of

EVENTS = Path(__file__).parents[3] / "events"


def golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def test_an_upload_is_the_run_that_receive_upload_makes_of_it() -> None:
    event = golden("s3_raw_object_created_odd_name")
    upload = UploadEvent.parse(event).upload
    assert run_of(event, "dev") == run_id_of(upload.bucket, upload.key, upload.etag)


def test_a_batch_is_the_one_that_start_transform_makes_of_it() -> None:
    event = golden("s3_batch_object_created")
    assert run_of(event, "dev") == Batch.of(UploadEvent.parse(event).upload, "").batch_id


@pytest.mark.parametrize("name", ["sagemaker_training_job_completed", "sagemaker_transform_job_failed"])
def test_a_job_s_name_tells(name: str) -> None:
    event = golden(name)
    job = event["detail"].get("TrainingJobName") or event["detail"]["TransformJobName"]
    stage = job.split("-")[1]
    assert run_of(event, stage) == attempt_of(stage, job).run_id
    assert run_of(event, "another") == ""


def test_an_execution_s_name_tells() -> None:
    event = golden("step_functions_execution_failed")
    assert run_of(event, "dev") == ExecutionEvent.parse(event).attempt.run_id


@pytest.mark.parametrize("event", [None, [], "text", {}, {"detail": 3}, {"detail": {"object": {}}}])
def test_what_names_no_run_is_about_none(event: Any) -> None:
    assert run_of(event, "dev") == ""
    assert run_of(golden("glue_job_failed"), "dev") == ""
