"""Requests generated from web/openapi.json by schemathesis, well-formed and not, and what came back."""

import base64
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.project import ROOT

_DOCUMENT = ROOT / "web/openapi.json"
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "unsupported_method",
    "allow_header_conformance",
)
_TRACE = b"Traceback (most recent call last)"
_SHOWN = 300
_SAID = 2_000
_MOST_SECONDS = 900


@dataclass(frozen=True)
class Fuzzed:
    """Answers by status, and what was wrong with one, in words."""

    statuses: Counter[int]
    failures: list[str]

    def __add__(self, other: "Fuzzed") -> "Fuzzed":
        """Return both together."""
        return Fuzzed(self.statuses + other.statuses, self.failures + other.failures)


def fuzz(address: str, examples: int, seed: int) -> Fuzzed:
    """Send up to `examples` requests per operation and phase to the address; a seed draws the same ones."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.ndjson"
        command = _command(address, examples, seed, report)
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=folder, timeout=_MOST_SECONDS
        )
        made = _read(report) if report.is_file() else Fuzzed(Counter(), [])
        said = (
            f"schemathesis ended with status {done.returncode}: {done.stdout[-_SAID:]}{done.stderr[-_SAID:]}"
        )
        if not made.statuses:
            raise RuntimeError(f"No request was sent. {said}")
        # What it could not even try is no failed check, and only its status tells of it.
        return made + Fuzzed(Counter(), [said] if done.returncode and not made.failures else [])


def _command(address: str, examples: int, seed: int, report: Path) -> list[str]:
    options = {
        "--url": address.rstrip("/"),
        "--checks": ",".join(_CHECKS),
        "--max-examples": str(examples),
        "--seed": str(seed),
        "--request-timeout": "60",
        "--report-ndjson-path": str(report),
    }
    flags = ("--continue-on-failure", "--no-shrink", "--no-color")
    given = [part for option in options.items() for part in option]
    return [str(Path(sys.executable).parent / "schemathesis"), "run", str(_DOCUMENT), *given, *flags]


def _read(report: Path) -> Fuzzed:
    statuses: Counter[int] = Counter()
    failures: list[str] = []
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
            answers = [one["response"] for one in recorder.get("interactions", {}).values()]
            statuses.update(int(answer["status_code"]) if answer else 0 for answer in answers)
            failures += [f"{recorder['label']}: {said}" for said in _wrong(recorder, answers)]
    return Fuzzed(statuses, failures)


def _wrong(recorder: dict[str, Any], answers: list[dict[str, Any] | None]) -> Iterator[str]:
    for checks in recorder.get("checks", {}).values():
        yield from (json.dumps(check)[:_SHOWN] for check in checks if check["status"] != "success")
    for answer in answers:
        if answer is None:
            yield "no answer"
        elif _TRACE in base64.b64decode((answer.get("content") or {}).get("$base64", "")):
            yield "a stack trace"
