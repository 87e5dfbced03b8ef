"""A run's timings, and following it to its end."""

import threading
import time
from dataclasses import replace

import boto3
import pytest

from cli import following
from cli.errors import CommandError
from cli.terminal import Terminal
from marquee.ledger import Change, Ledger, Run, Stage, Upload

UPLOAD = Upload(bucket="raw", key="raw/films.csv", etag="e")


def change(stage: Stage, second: float) -> Change:
    return Change(stage=stage, at=f"2026-11-22T10:00:{second:06.3f}Z", cause=f"because of {stage}")


def finished(*history: Change) -> Run:
    return Run(
        run_id="films-0123456789",
        upload=UPLOAD,
        created_at=history[0].at,
        updated_at=history[-1].at,
        stage=Stage(history[-1].stage),
        facts={"accuracy": 0.9, "rows": 100},
        history=history,
    )


@pytest.fixture
def ledger(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(following, "_POLL_SECONDS", 0.01)
    client = session.client("dynamodb")
    client.create_table(
        TableName="ledger",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return Ledger("ledger", client)


def test_each_stage_lasted_until_the_next_began() -> None:
    run = finished(change(Stage.RECEIVED, 0), change(Stage.PREPARING, 1.5), change(Stage.LIVE, 11.5))

    assert following.timings(run) == {"RECEIVED": 1.5, "PREPARING": 10.0}


def test_the_timings_are_those_of_the_last_attempt() -> None:
    run = finished(
        change(Stage.RECEIVED, 0),
        change(Stage.FAILED, 9),
        change(Stage.RECEIVED, 20),
        change(Stage.PREPARING, 21),
        change(Stage.LIVE, 24),
    )

    assert following.timings(run) == {"RECEIVED": 1.0, "PREPARING": 3.0}


def test_a_summary_tells_metrics_and_total_time() -> None:
    run = finished(change(Stage.RECEIVED, 0), change(Stage.PREPARING, 2), change(Stage.LIVE, 5))

    told = following.summary(run)

    assert told["stage"] == "LIVE"
    assert told["seconds"] == 5.0
    assert told["metrics"] == {"accuracy": 0.9}
    assert told["upload"] == "s3://raw/raw/films.csv"


def test_following_tells_every_stage_and_gives_the_end(
    ledger: Ledger, terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = replace(finished(change(Stage.RECEIVED, 0)), stage=Stage.RECEIVED)

    def pipeline() -> None:
        time.sleep(0.1)
        ledger.create(begun)
        for before, after in ((Stage.RECEIVED, Stage.PREPARING), (Stage.PREPARING, Stage.LIVE)):
            time.sleep(0.1)
            ledger.advance(begun.run_id, 1, [before], after, "an event")

    thread = threading.Thread(target=pipeline)
    thread.start()
    ended = following.follow(ledger, begun.run_id, terminal)
    thread.join()

    assert ended.stage == Stage.LIVE
    told = capsys.readouterr().err
    assert told.index(following.TITLES[Stage.RECEIVED]) < told.index(following.TITLES[Stage.PREPARING])


def test_a_step_that_failed_gets_no_tick(
    ledger: Ledger, terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = finished(change(Stage.RECEIVED, 0))
    ledger.create(begun)
    fail = threading.Timer(0.1, ledger.advance, [begun.run_id, 1, [Stage.RECEIVED], Stage.FAILED, "an event"])
    fail.start()

    ended = following.follow(ledger, begun.run_id, terminal)
    fail.join()

    assert ended.stage == Stage.FAILED
    assert f"✘ {following.TITLES[Stage.RECEIVED]}" in capsys.readouterr().err


def test_a_run_that_has_ended_is_said_to_be_known(
    ledger: Ledger, terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.create(finished(change(Stage.RECEIVED, 0), change(Stage.LIVE, 3)))

    following.follow(ledger, "films-0123456789", terminal)

    assert "uploaded under this name before" in capsys.readouterr().err


def test_an_upload_that_never_becomes_a_run_is_an_error(
    ledger: Ledger, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_APPEAR_SECONDS", 0.1)

    with pytest.raises(CommandError, match="no run films-0123456789 appeared"):
        following.follow(ledger, "films-0123456789", terminal)
