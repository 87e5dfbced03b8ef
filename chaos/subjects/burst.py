"""Fifty CSVs within a second: all end, none is lost, none comes twice."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from chaos.journeys import GOOD
from chaos.rows import Options, Row
from chaos.trial import Flight, Trial

_FILES = 50
_QUICK_FILES = 8
_AT_ONCE = 32
_WITHIN_SECONDS = 1.0
_PATIENCE_SECONDS = 420.0


def rows(options: Options) -> Iterator[Row]:
    """One row: files dropped, files that ended as they must."""
    files = _QUICK_FILES if options.quick else _FILES
    with options.stage() as stage:
        trial = Trial.on(stage)
        trial.plan(())
        # A stage in service has functions that started before.
        trial.land([trial.drop("before the burst", GOOD, options.seed * 1000 + 900)])
        started = time.monotonic()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            flights = list(
                pool.map(lambda at: trial.drop("burst", GOOD, options.seed * 1000 + at), range(files))
            )
        dropping = time.monotonic() - started
        trial.land(flights, _PATIENCE_SECONDS)
        found = trial.verdict()
        seconds = time.monotonic() - started
    failures = [breakage.sentence for breakage in found]
    if not options.quick and dropping > _WITHIN_SECONDS:
        failures.append(f"the files were dropped within {dropping:.2f} s, not {_WITHIN_SECONDS:.0f} s")
    lost = {breakage.run_id for breakage in found}
    survived = 0 if lost - _ids(flights) else files - len(lost)
    yield Row(
        f"{files} CSVs at once",
        "raw/",
        files,
        survived,
        seconds,
        tuple(failures),
        f"python -m chaos --only burst --seed {options.seed}",
        f"dropped within {dropping:.2f} s",
    )


def _ids(flights: list[Flight]) -> set[str]:
    return {flight.run_id for flight in flights}
