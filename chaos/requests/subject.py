"""The subject of bad requests: the live address under schemathesis and under raw abuse."""

import time
from collections.abc import Iterator
from math import ceil

from chaos.requests.fuzzing import fuzz
from chaos.requests.raw import ABUSES, wrong
from chaos.rows import Options, Row
from chaos.stage import Stage
from chaos.uploads import reviews_csv
from marquee.ledger import RunNotFound

_LONG, _QUICK = 2_000, 200
"""Requests at least."""
_EXAMPLES = {_LONG: 300, _QUICK: 10}
"""Per operation and phase; most operations have fewer different requests."""
_PATIENCE_SECONDS = 180


def rows(options: Options) -> Iterator[Row]:
    """Yield a row of generated requests and one of raw ones."""
    with options.stage() as stage:
        make_live(stage, options.seed)
        yield _generated(stage, options)
        yield _raw(stage)


def make_live(stage: Stage, seed: int) -> None:
    """Have a model answer: requests to an address without one would try little."""
    run_id = stage.drop(f"requests-{seed}.csv", reviews_csv(seed))
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if stage.account.ledger().get(run_id).ended:
                break
        except RunNotFound:
            pass
        time.sleep(0.5)
    if stage.account.ledger().champion() is None:
        message = f"No model came of run {run_id} within {_PATIENCE_SECONDS} s."
        raise RuntimeError(message)


def _generated(stage: Stage, options: Options) -> Row:
    began = time.monotonic()
    wanted, seed = _QUICK if options.quick else _LONG, options.seed
    made = fuzz(stage.account.address, _EXAMPLES[wanted], seed)
    while made.statuses.total() < wanted and not made.failures:
        seed += 1
        missing = (wanted - made.statuses.total()) / max(1, made.statuses.total())
        made += fuzz(stage.account.address, max(1, ceil(_EXAMPLES[wanted] * missing)), seed)
    counts = ", ".join(f"{number} x {status}" for status, number in sorted(made.statuses.items()))
    tried = made.statuses.total()
    return Row(
        "requests made from the OpenAPI document",
        "function URL",
        tried,
        max(0, tried - len(made.failures)),
        time.monotonic() - began,
        tuple(made.failures),
        f"make chaos ONLY=requests SEED={options.seed}",
        f"answers: {counts}",
    )


def _raw(stage: Stage) -> Row:
    began = time.monotonic()
    failures = tuple(said for abuse in ABUSES if (said := wrong(stage.account.address, abuse)))
    held = len(ABUSES) - len(failures)
    replay = "make chaos ONLY=requests"
    return Row("raw requests", "function URL", len(ABUSES), held, time.monotonic() - began, failures, replay)
