"""Releases that must not happen, under a steady load: the old champion answers every request."""

import time
from collections.abc import Iterator
from dataclasses import replace

from chaos.journeys import GOOD, LIAR, UNSTARTABLE, WORSE, Journey
from chaos.load import Load, settled, steady
from chaos.rows import Options, Row
from chaos.stage import Stage
from chaos.trial import Flight, Trial
from marquee.names import attempt_name

_ENDS = frozenset({"rejected", "failed"})
_BETTER = replace(GOOD, outcomes=frozenset({"live"}))
_TRUNCATED = Journey("truncated", _ENDS)
_BAD = {  # each with words that its notice must say: it was refused for what is bad about it
    "a worse model": (WORSE, "floor"),
    "a model that answers otherwise than it was judged": (LIAR, "On its trial endpoint"),
    "a corrupt archive": (Journey("corrupt", _ENDS), "does not start"),
    "an archive cut off in the bucket": (_TRUNCATED, "the archive is damaged"),
    "a slow model": (Journey("slow", _ENDS), "too slow"),
    "a model that crashes on every request": (Journey("crashing", _ENDS), "not answer"),
    "a model that does not start": (UNSTARTABLE, "does not start"),
}
_JUDGED_LATER = {"kind": "delay", "rule": "*-model-trained", "seconds": 20}
"""Time to cut the archive off between training and judging."""
_TRAINED_SECONDS = 120.0
_QUICK = ("a corrupt archive",)
_AFTER_SECONDS = 2.0


def rows(options: Options) -> Iterator[Row]:
    """A row per bad model, and one for a good release, whose predecessor answers until it does."""
    with options.stage() as stage:
        trial = Trial.on(stage)
        champion = trial.drop("champion", GOOD, options.seed * 1000)
        trial.land([champion])
        for name, (journey, words) in _BAD.items():
            if not options.quick or name in _QUICK:
                yield _released(trial, name, journey, words, options)
        yield _released(trial, "a good model", _BETTER, "", options)


def _released(trial: Trial, name: str, journey: Journey, words: str, options: Options) -> Row:
    started = time.monotonic()
    before = trial.stage.account.ledger().champion()
    version = before.version if before else ""
    with steady(trial.stage) as load:
        if journey is _TRUNCATED:
            trial.plan([_JUDGED_LATER])
        flight = trial.drop(name, journey, options.seed * 1000 + len(trial.flights))
        if journey is _TRUNCATED:
            _cut_off(trial.stage, flight)
        trial.land([flight])
        found = [breakage.sentence for breakage in trial.verdict()]
        settled(load, _AFTER_SECONDS)
    failures = (*found, *_failures(trial, flight, load, version, words))
    replay = f"python -m chaos --only releases --seed {options.seed}"
    remark = f"{load.sent} requests, {len(load.failures)} failed; answered by version {dict(load.versions)}"
    seconds = time.monotonic() - started
    return Row("release under load", name, 1, int(not failures), seconds, failures, replay, remark)


def _cut_off(stage: Stage, flight: Flight) -> None:
    """Halve the run's model.tar.gz as soon as it is there; TimeoutError if it never is."""
    s3, bucket = stage.client("s3"), stage.account.outputs["ModelBucketName"]
    key = f"models/{attempt_name(stage.account.stage, flight.run_id)}/output/model.tar.gz"
    deadline = time.monotonic() + _TRAINED_SECONDS
    while not s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount"):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{flight.run_id} wrote no model within {_TRAINED_SECONDS:.0f} s")
        time.sleep(0.1)
    whole = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=whole[: len(whole) // 2])


def _failures(trial: Trial, flight: Flight, load: Load, version: str, words: str) -> Iterator[str]:
    yield from (f"a request failed, {failure}" for failure in load.failures[:5])
    answered = set(load.versions)
    if flight.journey is _BETTER and len(answered | {version}) != 2:
        yield f"version {version} was the champion, and its successor, but {sorted(answered)} answered"
    if flight.journey is not _BETTER and answered != {version}:
        yield f"version {version} was the champion, but {sorted(answered)} answered"
    told = [n["text"] for n in trial.evidence.notices.values() if n.get("run_id") == flight.run_id]
    if not any("Why:" in text and words in text for text in told):
        yield f"no notice says why: {told}"
