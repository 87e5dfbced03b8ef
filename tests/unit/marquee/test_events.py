"""Golden events, in AWS's own shape, as the functions read them."""

import json
from pathlib import Path
from typing import Any

import pytest

from marquee.events import EtlJobEvent, ExecutionEvent, Step, TrainingJobEvent, UploadEvent
from marquee.events.envelope import UnreadableEvent
from marquee.identity import Attempt

EVENTS = Path(__file__).parents[3] / "events"


def golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def test_an_upload() -> None:
    event = UploadEvent.parse(golden("s3_raw_object_created"))
    assert event.event_id == "5f1d2c3b-05d4-b198-2fde-7ededc63b104"
    assert (event.upload.key, event.upload.size) == ("raw/reviews.csv", 1042)
    assert event.upload.sequencer == "00617F08299329D189"
    assert not event.is_folder


def test_a_key_is_taken_as_it_is() -> None:
    event = UploadEvent.parse(golden("s3_raw_object_created_odd_name"))
    assert event.upload.key == "raw/my reviews + more (é) 100%25.csv"


def test_a_folder_is_no_upload() -> None:
    assert UploadEvent.parse(golden("s3_raw_folder_created")).is_folder


@pytest.mark.parametrize(
    ("name", "status", "attempt"),
    [
        ("step_functions_execution_failed", "FAILED", Attempt("reviews-7d1f0c9a2b")),
        ("step_functions_execution_timed_out", "TIMED_OUT", Attempt("reviews-7d1f0c9a2b")),
        ("step_functions_execution_aborted", "ABORTED", Attempt("reviews-7d1f0c9a2b", 2)),
    ],
)
def test_an_execution(name: str, status: str, attempt: Attempt) -> None:
    event = ExecutionEvent.parse(golden(name))
    assert (event.status, event.attempt) == (status, attempt)


@pytest.mark.parametrize("state", ["completed", "failed", "stopped"])
def test_a_training_job(state: str) -> None:
    event = TrainingJobEvent.parse(golden(f"sagemaker_training_job_{state}"))
    assert (event.job_name, event.status) == ("marquee-dev-reviews-7d1f0c9a2b", state.capitalize())


@pytest.mark.parametrize("path", sorted(EVENTS.glob("glue_job_*.json")), ids=lambda path: path.stem)
def test_an_etl_job(path: Path) -> None:
    event = EtlJobEvent.parse(golden(path.stem))
    assert event.job_run_id.startswith("jr_")
    assert event.state.isupper()


@pytest.mark.parametrize(
    "parse", [UploadEvent.parse, ExecutionEvent.parse, EtlJobEvent.parse, TrainingJobEvent.parse]
)
def test_the_wrong_event_names_what_it_lacks(parse: Any) -> None:
    with pytest.raises(UnreadableEvent, match=r"Scheduled Event has no .*its shape has changed"):
        parse(golden("schedule_reconcile"))


def test_a_step_with_the_attempt_of_another_run_is_refused() -> None:
    with pytest.raises(ValueError, match="is not one of run"):
        Step.parse({"run_id": "a-0123456789", "attempt_id": "b-0123456789"})
    step = Step.parse({"run_id": "a-0123456789", "attempt_id": "a-0123456789-2"})
    assert step.answer(status="done") == {
        "run_id": "a-0123456789",
        "attempt_id": "a-0123456789-2",
        "status": "done",
    }
