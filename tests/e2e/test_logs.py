"""What the functions wrote while the other tests went on: JSON, a line each, with the run it is about."""

import json
from collections.abc import Iterator
from itertools import takewhile

from tests.e2e.conftest import Drops
from tests.e2e.stage import Stage

PREFIX = "/aws/lambda/marquee-local-"
PLATFORM = ("START ", "END ", "REPORT ")
# Their events name no run, or many; fail-run and start-training hear of Glue's job runs too.
ABOUT_NO_RUN = {
    *("catalog-dataset", "fail-run", "predict", "publish-code", "reconcile", "start-training"),
    *("roll-back", "scale-endpoint", "share-traffic", "sweep-endpoint"),
}


def lines(stage: Stage) -> Iterator[tuple[str, str]]:
    """Function and line, of all that functions wrote; what Lambda's runtime says of a crash is its own."""
    logs = stage.account.client("logs")
    for group in logs.describe_log_groups(logGroupNamePrefix=PREFIX)["logGroups"]:
        name = group["logGroupName"]
        for page in logs.get_paginator("describe_log_streams").paginate(logGroupName=name):
            for stream in page["logStreams"]:
                # Here a stream is one invocation, which a crash ends.
                found = logs.get_log_events(logGroupName=name, logStreamName=stream["logStreamName"])
                messages = (event["message"] for event in found["events"])
                for message in takewhile(lambda text: not text.startswith("[ERROR]"), messages):
                    if not message.startswith(PLATFORM):
                        yield name.removeprefix(PREFIX), message


def test_every_line_is_json_with_the_run_it_is_about(stage: Stage, drops: Drops) -> None:
    stage.ended(drops.first)
    stage.command("predict", 'fine\n{"level": "ERROR"}')

    written = list(lines(stage))

    assert {"promote-model", "predict", "start-etl"} <= {function for function, _ in written}
    for function, line in written:
        content = json.loads(line)
        assert content["service"] == "marquee-local", line
        assert content["run_id"] or function in ABOUT_NO_RUN, line
