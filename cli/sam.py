"""The real `sam build` and `sam deploy` against the local cloud, skipped when nothing changed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.interrupts import running
from cli.project import ROOT, SAM, UV

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cli.terminal import Terminal

FILES = ("template.yaml", "samconfig.toml")
FOLDERS = ("functions", "layers", "statemachines", "glue", "training", "web")
_NOT_SOURCES = {"__pycache__", ".mypy_cache", ".ruff_cache"}
_SHOWN_LINES = 12


def fingerprint(root: Path = ROOT) -> str:
    """A digest of everything that `sam build` reads."""
    digest = hashlib.sha256()
    for path in sorted(_files(root)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(root: Path) -> list[Path]:
    inside = [path for name in FOLDERS for path in (root / name).rglob("*")]
    found = [*(root / name for name in FILES), *inside]
    return [path for path in found if path.is_file() and not _NOT_SOURCES & set(path.parts)]


@dataclass(frozen=True)
class Sam:
    """SAM CLI for one state folder: what it builds and logs is in its folder `sam`."""

    state: Path
    environment: Mapping[str, str]
    stage: str = "local"
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def _record(self) -> Path:
        return self.state / "sam" / "done.json"

    def done(self, step: str) -> bool:
        """Whether `step` was done with the sources and parameters as they are."""
        return bool(self._done().get(step) == self._sources(step))

    def _sources(self, step: str) -> str:
        given = [f"{name}={value}" for name, value in sorted(self.parameters.items())]
        return " ".join([fingerprint(), *(given if step == "deploy" else ())])

    def build(self, terminal: Terminal) -> None:
        """Build functions and layers."""
        folder, cache = self.state / "sam" / "build", self.state / "sam" / "cache"
        options: list[str | Path] = ["--build-dir", folder, "--cached", "--cache-dir", cache]
        self._run("build", "Building functions and layers (sam build)", options, terminal)

    def deploy(self, terminal: Terminal) -> None:
        """Create or update the stack."""
        template = self.state / "sam" / "build" / "template.yaml"
        unattended = ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"]
        self._run(
            "deploy",
            "Creating the stack (sam deploy)",
            ["--template-file", template, *unattended, *self._overrides()],
            terminal,
        )

    def _overrides(self) -> list[str]:
        """The parameters given here and those of the stage's block, which SAM would forget beside them."""
        if not self.parameters:
            return []
        stages = tomllib.loads((ROOT / "samconfig.toml").read_text())
        block = stages[self.stage]["deploy"]["parameters"]["parameter_overrides"]
        known = dict(pair.split("=", 1) for pair in block)
        given = {name: _quoted(value) for name, value in self.parameters.items()}
        return ["--parameter-overrides", *(f"{name}={value}" for name, value in {**known, **given}.items())]

    def _run(self, step: str, title: str, options: list[str | Path], terminal: Terminal) -> None:
        if not SAM.exists():
            raise CommandError(f"SAM CLI is not installed at {SAM}.", "Run `make setup`.")
        sources = self._sources(step)
        log = self.state / "sam" / f"{step}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        # SAM looks for its configuration beside the template, which is a built one for `deploy`.
        configuration: list[str | Path] = [
            "--config-file",
            ROOT / "samconfig.toml",
            "--config-env",
            self.stage,
        ]
        # SAM leaves an empty folder for every archive it uploads where TMPDIR says.
        with terminal.step(title) as tell, TemporaryDirectory(prefix="marquee-sam-") as scratch:
            environment = {**self.environment, "TMPDIR": scratch}
            status = _logged([SAM, step, *configuration, *options], environment, log, tell)
            if status:
                reason = f"sam {step} ended with status {status}:\n{_gist(log)}"
                raise CommandError(reason, f"All of it is in {log}.")
        self._mark(step, sources)

    def _done(self) -> dict[str, str]:
        return json.loads(self._record.read_text()) if self._record.exists() else {}

    def _mark(self, step: str, sources: str) -> None:
        self._record.parent.mkdir(parents=True, exist_ok=True)
        self._record.write_text(json.dumps({**self._done(), step: sources}))


def build_environment(cloud: Mapping[str, str]) -> dict[str, str]:
    """The environment of the local cloud, with what building the layer for this machine needs."""
    needed = {"UV": cloud.get("UV", _uv()), "LAYER_PYTHON": sys.executable, "SAM_CLI_TELEMETRY": "0"}
    return {**cloud, **needed}


def _uv() -> str:
    """The uv that `make setup` installs where there is none on the path."""
    return str(UV) if UV.exists() else "uv"


def _logged(
    command: list[str | Path], environment: Mapping[str, str], log: Path, tell: Callable[[str], None]
) -> int:
    """Run a command into a log, telling its latest line; its exit status."""

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    with log.open("w") as file, running(start) as (process, lines):
        for line in lines:
            file.write(line)
            tell(line.strip())
    return process.wait()


def _gist(log: Path) -> str:
    """Where CloudFormation first says FAILED, else the last lines, and the last one in any case."""
    lines = log.read_text(errors="replace").strip().splitlines()
    failures = [number for number, line in enumerate(lines) if "_FAILED" in line]
    first = failures[0] if failures else max(0, len(lines) - _SHOWN_LINES)
    return "\n".join([*lines[first : first + _SHOWN_LINES], *lines[first + _SHOWN_LINES :][-1:]])


def _quoted(value: str) -> str:
    """Return a value as SAM reads it whole: JSON has blanks and quotes."""
    if not set(value) & set(" \"'\\"):
        return value
    return '"' + value.replace('"', '\\"') + '"'
