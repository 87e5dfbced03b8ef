"""How a run's training went: what its job's metric definitions find in the job's log.

The same on AWS and here: SageMaker turns the very lines into CloudWatch metrics, whose minutes would show a
short job as a single point.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cli.account import Account
    from marquee.ledger import Run

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
Curves = dict[str, list[float]]
"""Metric name to its values, oldest first."""

_BARS = "▁▂▃▄▅▆▇█"
# Gone, or never there: a run may be older than its log, or not have come to its training.
_ABSENT = ("ResourceNotFound", "ResourceNotFoundException", "ValidationException")


def curves(account: Account, run: Run) -> Curves:
    """Return what the training of the run's attempt has measured so far; {} if there is nothing."""
    job = run.facts.get("training_job")
    if not job:
        return {}
    try:
        described = account.client("sagemaker").describe_training_job(TrainingJobName=job)
        definitions = described["AlgorithmSpecification"].get("MetricDefinitions", [])
        return found(definitions, _lines(account, job))
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return {}
        raise


def found(definitions: Iterable[Mapping[str, str]], lines: Iterable[str]) -> Curves:
    """Return the values that each definition's regular expression finds in the lines."""
    patterns = {one["Name"]: re.compile(one["Regex"]) for one in definitions}
    values: defaultdict[str, list[float]] = defaultdict(list)
    for line in lines:
        for name, pattern in patterns.items():
            if (match := pattern.search(line)) is not None:
                values[name].append(float(match[1]))
    return dict(values)


def drawn(values: Sequence[float], width: int) -> str:
    """Return a line of bars from the lowest to the highest value, at most `width` of them.

    >>> drawn([1.0, 2.0, 3.0], 10)
    '▁▅█'
    """
    groups = min(width, len(values))
    edges = [len(values) * group // groups for group in range(groups + 1)]
    means = [sum(values[low:high]) / (high - low) for low, high in pairwise(edges)]
    low, spread = min(means), max(means) - min(means)
    top = len(_BARS) - 1
    return "".join(_BARS[round((mean - low) / spread * top) if spread else 0] for mean in means)


def _lines(account: Account, job: str) -> Iterator[str]:
    logs = account.client("logs")
    pages = logs.get_paginator("describe_log_streams").paginate(
        logGroupName=LOG_GROUP, logStreamNamePrefix=f"{job}/"
    )
    for stream in (stream["logStreamName"] for page in pages for stream in page["logStreams"]):
        token: dict[str, str] = {}
        while True:
            page = logs.get_log_events(
                logGroupName=LOG_GROUP, logStreamName=stream, startFromHead=True, **token
            )
            yield from (event["message"] for event in page["events"])
            # The end is a token that does not change (CloudWatch Logs API, GetLogEvents).
            if not page["events"] or token.get("nextToken") == page.get("nextForwardToken"):
                break
            token = {"nextToken": page["nextForwardToken"]}
