"""The work of one job run: fetch its code, run it in a process of its own, tell how it ended."""

import logging
import shlex
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from localcloud import logs, objects
from localcloud.awsjson import ServiceError
from localcloud.clients import Clients
from localcloud.cloud import Cloud
from localcloud.glue import launcher, spark
from localcloud.glue.bucket_files import BucketFiles
from localcloud.glue.gateway import gateway
from localcloud.glue.principal import PRINCIPAL, role_arn
from localcloud.glue.settings import GlueSettings
from localcloud.processes import Child, Command
from localcloud.store import Document

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its last state and its ErrorMessage."""

    state: str
    message: str = ""


class SparkRun:
    """One run of a job. `run` blocks; `stop` may be called from another thread at any time."""

    def __init__(self, cloud: Cloud, settings: GlueSettings, job: Document, run: Document) -> None:
        self._cloud, self._settings, self._job, self._run = cloud, settings, job, run
        self._arguments: dict[str, str] = {**job["DefaultArguments"], **run["Arguments"]}
        self._folder = cloud.config.state / "glue" / run["Id"]
        self._role = role_arn(job["Role"], cloud.config.account)
        self._output = self._folder / "driver.log"
        self._stopping = threading.Event()
        self._child: Child | None = None
        self._lock = threading.Lock()

    def run(self) -> Outcome:
        """Do the work; gives how it ended, whatever happens."""
        try:
            session = self._cloud.roles.session(self._role, PRINCIPAL)
            outcome = self._work(session)
            self._send_log(session)
        except (ServiceError, ClientError, BotoCoreError, OSError, ValueError) as error:
            outcome = Outcome("FAILED", f"Error Category: LAUNCH_ERROR; {error}")
        log.info("job run %s ended as %s %s", self._run["Id"], outcome.state, outcome.message)
        return Outcome("STOPPED") if self._stopping.is_set() else outcome

    def stop(self) -> None:
        """End the work."""
        self._stopping.set()
        with self._lock:
            child = self._child
        if child:
            child.stop(self._settings.stop_seconds)

    def _send_log(self, session: boto3.Session) -> None:
        group = f"{self._arguments.get('--custom-logGroup-prefix', '/aws-glue/jobs')}/output"
        text = self._output.read_text(encoding="utf-8", errors="replace") if self._output.exists() else ""
        logs.send(session, group, self._run["Id"], text.splitlines())

    def _work(self, session: boto3.Session) -> Outcome:
        code = [
            objects.download_file(session, uri, self._folder / "code" / _name(uri)) for uri in self._code()
        ]
        files = BucketFiles(session.client("s3"), self._folder / "uncommitted")
        try:
            with gateway(files) as url:
                return self._drive(url, code)
        finally:
            for scratch in ("spark", "uncommitted"):
                shutil.rmtree(self._folder / scratch, ignore_errors=True)

    def _drive(self, gateway_url: str, code: list[Path]) -> Outcome:
        configuration = self._folder / "spark"
        extra = dict(_confs(self._arguments.get("--conf", "")))
        spark.write_configuration(configuration, self._settings, gateway_url, self._buckets(), extra)
        failure = self._folder / "failure"
        with self._lock:
            if self._stopping.is_set():
                return Outcome("STOPPED")
            self._child = self._cloud.processes.spawn(self._command(configuration, failure, code))
        try:
            status = self._child.wait(self._run["Timeout"] * self._settings.seconds_per_minute)
        except TimeoutError:
            self._child.stop(self._settings.stop_seconds)
            return Outcome("TIMEOUT", "Job run timed out")
        return _outcome(status, failure)

    def _command(self, configuration: Path, failure: Path, code: list[Path]) -> Command:
        script, *modules = code
        role = self._cloud.roles.environment(self._role, PRINCIPAL)
        python_path = ":".join(map(str, modules))
        return Command(
            name=f"job run {self._run['Id'][:11]}",
            arguments=[sys.executable, launcher.__file__, failure, script, *self._script_arguments()],
            environment={**spark.environment(configuration), **role, "PYTHONPATH": python_path},
            folder=self._folder,
            output=self._output,
        )

    def _script_arguments(self) -> Iterator[str]:
        """What the script finds in sys.argv: its own arguments and those Glue adds."""
        added = {"--JOB_NAME": self._job["Name"], "--JOB_RUN_ID": self._run["Id"]}
        for name, value in {**self._arguments, **added}.items():
            yield from (name, value)

    def _code(self) -> list[str]:
        extra = self._arguments.get("--extra-py-files", "").split(",")
        return [self._job["Command"]["ScriptLocation"], *(uri for uri in extra if uri)]

    def _buckets(self) -> list[str]:
        # Of the account, as every S3 client reaches them; what may be done in them, the role says.
        listed = Clients(self._cloud.config).client("s3").list_buckets()
        return [bucket["Name"] for bucket in listed["Buckets"]]


def _outcome(status: int, failure: Path) -> Outcome:
    if status == 0:
        return Outcome("SUCCEEDED")
    if failure.exists():
        return Outcome("FAILED", failure.read_text(encoding="utf-8"))
    how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
    return Outcome(
        "FAILED", f"Error Category: RESOURCE_ERROR; The job's process {how} before its script was through."
    )


def _confs(argument: str) -> Iterator[tuple[str, str]]:
    """`a=b --conf c=d`: several settings go into the one argument, as Glue's users write them."""
    for word in shlex.split(argument):
        name, equals, value = word.partition("=")
        if equals:
            yield name, value


def _name(uri: str) -> str:
    return objects.split_uri(uri)[1].rpartition("/")[2]
