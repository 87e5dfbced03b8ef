import json
import subprocess
import sys

import pytest

from chaos.lanes import SLOWEST_FIRST, in_lanes
from chaos.rows import Row
from chaos.subjects import SUBJECTS

FOUND = {
    "events": [Row("event dropped", "rule", 1, 1, 2.0)],
    "burst": [Row("50", "raw/", 50, 49, 1.0, ("lost",))],
}


def test_every_subject_has_its_place() -> None:
    assert sorted(SLOWEST_FIRST) == sorted(SUBJECTS)


def test_rows_come_in_the_order_asked_for_and_a_process_without_rows_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def program(arguments: list[str]) -> list[str]:
        """What stands for `python -m chaos --only NAME --json`: some print rows, the others die."""
        name = arguments[arguments.index("--only") + 1]
        said = json.dumps([row.to_json() for row in FOUND[name]]) if name in FOUND else "half a li"
        return [sys.executable, "-c", f"print({said!r}); raise SystemExit({len(arguments)})"]

    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **held: run(program(command), **held))
    rows = in_lanes(["burst", "requests", "events"], ["--quick"])
    assert [rows[0], rows[2]] == [*FOUND["burst"], *FOUND["events"]]
    assert not rows[1].held
    assert rows[1].failures == ("the subject's process ended with 7 and left no rows",)
    assert rows[1].replay == "python -m chaos --only requests"
