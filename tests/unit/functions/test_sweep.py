"""What stands in AWS and belongs to no run goes, and an upload whose event was lost becomes its run."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from marquee import clients, settings
from marquee.batches import Batch, BatchLedger
from marquee.clock import later
from marquee.events import UploadEvent
from marquee.ledger import RUNNING, Stage, Upload
from marquee.ledger.cursor import Cursor
from marquee.names import attempt_name
from marquee.uploads import ReceiveUpload
from tests.unit.functions.conftest import RAW, Invocation, Pipeline, golden, training_event
from tests.unit.marquee.doubles import LambdaDouble

BATCH = "marquee-dev-batch-123456789012-us-east-1"
STRANGER = "marquee-dev-stranger-0123456789"
OTHER = b"review,sentiment\n" + b"a,pos\nb,neg\n" * 20


@pytest.fixture(autouse=True)
def functions(aws: None) -> Iterator[LambdaDouble]:
    with LambdaDouble().answering(clients.functions()) as double:
        yield double


@pytest.fixture(autouse=True)
def bucket(pipeline: Pipeline) -> None:
    clients.s3().create_bucket(Bucket=BATCH)


def sweep(pipeline: Pipeline) -> dict[str, Any]:
    return pipeline.call("reconcile", {"sweep": True, "older_than_seconds": -1})


def test_a_job_without_a_run_is_stopped_with_one_notice(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    mine = pipeline.train(step)
    pipeline.sagemaker.jobs[mine]["TrainingJobStatus"] = "InProgress"
    pipeline.sagemaker.jobs[STRANGER] = {"TrainingJobStatus": "InProgress"}
    for _ in range(2):
        sweep(pipeline)
    statuses = {name: job["TrainingJobStatus"] for name, job in pipeline.sagemaker.jobs.items()}
    assert statuses == {mine: "InProgress", STRANGER: "Stopping"}
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], STRANGER in notice["text"]) == ("attention", True)


def test_jobs_of_a_run_that_ended_without_them_are_stopped(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.call("start_etl", step)
    pipeline.ledger.advance(step["run_id"], 1, RUNNING, Stage.FAILED, "somebody")
    assert sweep(pipeline) == {"jr_0": "Glue job run"}
    assert pipeline.glue.runs[0]["JobRunState"] == "STOPPING"
    assert sweep(pipeline) == {"jr_0": "Glue job run"}  # until it has stopped


def test_models_that_were_live_or_may_be_stay_and_others_go(pipeline: Pipeline) -> None:
    live = pipeline.go_live(accuracy=0.9)
    worse = pipeline.receive(content=OTHER)
    job = pipeline.train(worse, accuracy=0.85)
    pipeline.call("start_release", training_event(job, "completed"))
    pipeline.release(worse)
    pipeline.sagemaker.models[STRANGER] = pipeline.sagemaker.models[attempt_name("dev", live.run_id)]
    pipeline.sagemaker.configs[STRANGER] = {}
    pipeline.sagemaker.configs["marquee-dev-2-ab"] = {}  # no attempt's: whoever made it looks after it
    sweep(pipeline)
    assert list(pipeline.sagemaker.models) == [attempt_name("dev", live.run_id)]
    assert list(pipeline.sagemaker.configs) == [attempt_name("dev", live.run_id), "marquee-dev-2-ab"]


def test_an_upload_whose_event_was_lost_becomes_the_run_it_would_have_been(pipeline: Pipeline) -> None:
    event = pipeline.upload()
    (key,) = sweep(pipeline)
    (run,) = pipeline.ledger.runs()
    assert (key, run.stage, run.history[0].cause) == ("raw/reviews.csv", "RECEIVED", "found without an event")
    assert sweep(pipeline) == {}
    for _ in range(2):  # it comes after all, twice
        assert pipeline.call("receive_upload", event)["run_id"] == run.run_id
    assert pipeline.inbox() == []
    pipeline.call("receive_upload", pipeline.upload(sequencer="0B"))
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["duplicate"]


@pytest.mark.parametrize(("seconds", "is_old"), [(3600, True), (5, False)])
def test_a_run_whose_event_was_late_began_when_its_file_was_dropped(
    pipeline: Pipeline, seconds: int, is_old: bool
) -> None:
    # Else yesterday's file, found or sent again today, would replace the champion of this morning's.
    dropped = later(-seconds)
    event = UploadEvent("", Upload(RAW, "raw/old.csv", "e1", 10), dropped_at=dropped)

    run = ReceiveUpload.of(settings.load(settings.ReceiveUploadSettings)).on(event)

    assert run is not None
    assert (run.began_at == dropped) is is_old
    assert run.deadline > later(60)


def test_an_upload_of_this_moment_is_left_to_its_event(pipeline: Pipeline) -> None:
    pipeline.upload()
    clients.s3().put_object(Bucket=RAW, Key="raw/folder/", Body=b"")
    assert pipeline.call("reconcile", {"sweep": True}) == {}
    assert pipeline.ledger.runs() == []


def test_a_batch_whose_event_was_lost_is_begun_once(
    pipeline: Pipeline, table: str, functions: LambdaDouble
) -> None:
    clients.s3().put_object(Bucket=BATCH, Key="batch/in/films.csv", Body=b"review\nfine\n")
    for _ in range(2):
        sweep(pipeline)
        for name, event in functions.sent:
            pipeline.call(name, event)
    (batch,) = BatchLedger(table).batches()
    assert (batch.upload.key, len(functions.sent)) == ("batch/in/films.csv", 1)


def test_an_event_that_comes_after_the_sweep_begins_no_second_batch(
    pipeline: Pipeline, table: str, functions: LambdaDouble
) -> None:
    key = "batch/in/films.csv"
    etag = clients.s3().put_object(Bucket=BATCH, Key=key, Body=b"review\nfine\n")["ETag"].strip('"')
    sweep(pipeline)
    pipeline.call(*functions.sent[0])
    redriven = golden("s3_batch_object_created")
    redriven["detail"]["bucket"]["name"] = BATCH
    redriven["detail"]["object"] |= {"key": key, "etag": etag, "sequencer": "0A"}
    pipeline.call("start_transform", redriven)
    assert len(BatchLedger(table).batches()) == 1


def test_batches_are_known_by_their_age_not_by_their_number(pipeline: Pipeline, table: str) -> None:
    ledger, upload = BatchLedger(table), Upload(BATCH, "batch/in/films.csv", "e")
    for days in (8, 6, 1):
        batch = Batch.of(upload, "")
        ledger.create(replace(batch, batch_id=f"b-{days}", created_at=later(-days * 86_400)))
    assert [batch.batch_id for batch in ledger.since(later(-7 * 86_400))] == ["b-1", "b-6"]


def test_a_job_run_that_somebody_started_by_hand_is_left_alone(pipeline: Pipeline) -> None:
    for by_hand in ("", "just-a-test"):
        clients.glue().start_job_run(JobName="marquee-dev-etl", Arguments={"--attempt_id": by_hand})
    assert sweep(pipeline) == {}


def test_a_full_bucket_is_swept_in_turns(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marquee.reconciliation.lost_uploads._MOST", 2)
    for number in range(3):
        pipeline.upload(key=f"raw/{number}.csv")
    found = [sorted(sweep(pipeline)) for _ in range(3)]
    assert found == [["raw/0.csv", "raw/1.csv"], ["raw/2.csv"], []]


def test_a_sweep_whose_time_is_over_is_gone_on_with(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Invocation, "left", 1)
    for number in range(2):
        pipeline.upload(key=f"raw/{number}.csv")
    assert [sorted(sweep(pipeline)) for _ in range(3)] == [["raw/0.csv"], ["raw/1.csv"], []]


def test_a_sweep_that_dies_is_gone_on_with_where_it_was(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marquee.reconciliation.lost_uploads._PAGE", 2)
    for number in range(4):
        pipeline.upload(key=f"raw/{number}.csv")
    receive = ReceiveUpload.on

    def dying(self: ReceiveUpload, event: UploadEvent) -> Any:
        if event.upload.key == "raw/3.csv":
            raise SystemExit
        return receive(self, event)

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(ReceiveUpload, "on", dying)
        sweep(pipeline)
    assert Cursor(pipeline.table).get(RAW) == "raw/1.csv"
    assert list(sweep(pipeline)) == ["raw/3.csv"]


def test_what_cannot_be_swept_holds_up_nothing_else(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.upload(key="raw/0.csv")
    pipeline.upload(key="raw/1.csv")
    pipeline.sagemaker.jobs[STRANGER] = {"TrainingJobStatus": "InProgress"}
    receive = ReceiveUpload.on

    def failing(self: ReceiveUpload, event: UploadEvent) -> Any:
        if event.upload.key == "raw/0.csv":
            message = "no run of this"
            raise ValueError(message)
        return receive(self, event)

    monkeypatch.setattr(ReceiveUpload, "on", failing)
    with pytest.raises(ExceptionGroup, match="1 items could not be swept"):
        sweep(pipeline)
    assert [run.upload.key for run in pipeline.ledger.runs()] == ["raw/1.csv"]
    assert pipeline.sagemaker.jobs[STRANGER]["TrainingJobStatus"] == "Stopping"
