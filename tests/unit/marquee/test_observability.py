"""Whatever a function logs or measures is one line of JSON with the run it is about."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from marquee import observability
from marquee.observability import about, count, gauge, logger, observed, seconds

INJECTION = 'raw/x.csv\n{"level":"ERROR","message":"forged","run_id":"other"}\r\u2028'
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> Iterator[Lines]:
    # A name of its own: Powertools keeps one handler, and so one stdout, per service.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", request.node.name)
    observability.logger.cache_clear()
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    observability.logger.cache_clear()


def test_every_line_of_an_invocation_carries_its_run(lines: Lines) -> None:
    @observed
    def handler(event: dict[str, str], _: object) -> None:
        logger().info("before it is known")
        about(run_id=event["id"])
        logger().info("a file", extra={"key": INJECTION})
        count("RunsEnded", outcome="live")
        seconds("StageSeconds", 1.5, stage="JUDGING")
        gauge("RunsOverdue", 0)

    for run_id in ("films-1", "films-2"):
        handler({"id": run_id}, None)

        first, *others = lines()
        assert first["run_id"] == ""
        assert {line["run_id"] for line in others} == {run_id}
        assert len(others) == 4
        assert others[0]["key"] == INJECTION
        measured = [line["_aws"]["CloudWatchMetrics"][0] for line in others[1:]]
        assert [directive["Dimensions"] for directive in measured] == [
            [["service", "outcome"]],
            [["service", "stage"]],
            [["service"]],
        ]
        assert (others[1]["RunsEnded"], others[2]["StageSeconds"], others[3]["RunsOverdue"]) == (1, 1.5, 0)


def test_the_run_that_an_event_names_is_on_the_first_line_already(lines: Lines) -> None:
    observed(lambda _, __: logger().info("at once"))({"run_id": "films-1"}, None)

    assert [line["run_id"] for line in lines()] == ["films-1"]


def test_what_breaks_is_logged_on_one_line_and_raised(lines: Lines) -> None:
    @observed
    def handler(_: object, __: object) -> None:
        about(run_id="films-1")
        raise ValueError(INJECTION)

    with pytest.raises(ValueError, match="forged"):
        handler({}, None)

    (line,) = lines()
    assert (line["run_id"], line["exception_name"]) == ("films-1", "ValueError")
