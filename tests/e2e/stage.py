"""A deployed local stage, as its users and its services see it."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil

from cli.account import Account, local_account
from cli.notices import Notice, read_inbox
from marquee.identity import run_id_of
from marquee.ledger import Run, RunNotFound

ROOT = Path(__file__).parents[2]
Found = TypeVar("Found")


def marquee(*arguments: object, timeout: float = 300) -> "subprocess.CompletedProcess[str]":
    """Run the command as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def awaited(look: Callable[[], Found | None], patience: float, what: str) -> Found:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + patience
    while (found := look()) is None:
        assert time.monotonic() < deadline, f"{what} did not happen within {patience:.0f} s"
        time.sleep(0.2)
    return found


@dataclass
class Stage:
    """The stage that all tests of this folder share."""

    state: Path
    account: Account
    _inbox_lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def up(cls, state: Path, port: int, **parameters: str) -> "Stage":
        """Deploy it, with these parameters of the template."""
        given = [f"--parameter={name}={value}" for name, value in parameters.items()]
        done = marquee("up", "--state", state, "--port", port, "--json", *given, timeout=240)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["endpoint_url"] == f"http://127.0.0.1:{port}"
        return cls(state, local_account(state))

    def command(self, *arguments: object) -> "subprocess.CompletedProcess[str]":
        return marquee(*arguments, "--state", self.state)

    def drop(self, name: str, content: bytes) -> str:
        """Put an object under raw/ by S3 alone; the id of the run that has to come of it."""
        bucket, key = self.account.outputs["RawBucketName"], f"raw/{name}"
        etag = self.account.client("s3").put_object(Bucket=bucket, Key=key, Body=content)["ETag"]
        return run_id_of(bucket, key, etag)

    def ended(self, run_id: str, patience: float = 240) -> Run:
        """The run once it has ended."""

        def look() -> Run | None:
            run = self.run(run_id)
            return run if run is not None and run.ended else None

        return awaited(look, patience, f"the end of {run_id}")

    def run(self, run_id: str) -> Run | None:
        try:
            return self.account.ledger().get(run_id)
        except RunNotFound:
            return None

    def notices(self, run_id: str) -> list[Notice]:
        # One reader at a time: while it looks, the messages are hidden from everybody else.
        with self._inbox_lock:
            every = read_inbox(self.account)
        return [notice for notice in every if notice.attributes.get("run_id") == run_id]

    def notice(self, run_id: str, outcome: str, patience: float = 30) -> Notice:
        """The one notice of a run's outcome."""

        def look() -> list[Notice] | None:
            return [n for n in self.notices(run_id) if n.attributes["outcome"] == outcome] or None

        found = awaited(look, patience, f"the notice that {run_id} is {outcome}")
        assert len(found) == 1
        return found[0]

    def job_runs(self, run_id: str) -> list[dict[str, Any]]:
        """The Glue job runs of a run."""
        pages = self.account.client("glue").get_paginator("get_job_runs")
        found = pages.paginate(JobName=self.account.outputs["GlueJobName"])
        every: list[dict[str, Any]] = [one for page in found for one in page["JobRuns"]]
        return [one for one in every if one.get("Arguments", {}).get("--run_id") == run_id]

    def process(self, script: str, about: str) -> psutil.Process | None:
        """A process of this stage that runs `script`, with `about` in its arguments or environment."""
        for process in processes_of(self.state):
            if script in " ".join(process.info["cmdline"] or ()) and about in started_with(process):
                return process
        return None


def processes_of(state: Path) -> list[psutil.Process]:
    """Every process that works for the cloud of a state folder: it, and what it started."""
    everybody = psutil.process_iter(["cmdline", "environ"])
    return [one for one in everybody if str(state) in started_with(one) and one.pid != os.getpid()]


def end_processes_of(state: Path) -> None:
    """Kill what works for a state folder, until nothing does."""
    while left := processes_of(state):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)


@contextlib.contextmanager
def guarded(state: Path) -> Iterator[None]:
    """After the block, or when this process ends within it, nothing works for the state folder any more."""
    command = [sys.executable, "-m", "tests.e2e.guard"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, text=True, start_new_session=True
    ) as guard:
        assert guard.stdin
        print(state, file=guard.stdin, flush=True)
        yield


def started_with(process: psutil.Process) -> str:
    """What a process was started with: its arguments and its environment."""
    return " ".join([*(process.info["cmdline"] or ()), *(process.info["environ"] or {}).values()])
