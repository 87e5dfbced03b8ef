"""The real template, built and deployed by the real SAM to a local cloud, from a copy that may be changed."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud.client import LocalCloud
from localcloud.config import CloudConfig

ROOT = Path(__file__).parents[3]
SAM = ROOT / ".tools/sam/bin/sam"
SOURCES = ("functions", "glue", "layers", "statemachines", "training", "web")
SAM_SECONDS = 300


@dataclass(frozen=True)
class Project:
    """A copy of everything SAM reads, and the cloud it is deployed to."""

    folder: Path
    cloud: LocalCloud

    def deploy(self) -> str:
        """Build and deploy the copy as stage local; what SAM said."""
        self._sam("build")
        return self._sam("deploy", "--no-progressbar")

    def client(self, service: str) -> Any:
        """A boto3 client of the account's root."""
        config = self.cloud.config
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.cloud.endpoint_url,
            region_name=config.region,
            aws_access_key_id=config.access_key,
            aws_secret_access_key=config.secret_key,
        )

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        stack = self.client("cloudformation").describe_stacks(StackName="marquee-local")["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def _sam(self, step: str, *options: str) -> str:
        tools = {"LAYER_PYTHON": sys.executable, "UV": str(Path(sys.executable).with_name("uv"))}
        scratch = self.cloud.config.state.parent  # SAM leaves empty folders behind
        done = subprocess.run(
            [SAM, step, "--config-env", "local", *options],
            cwd=self.folder,
            env={**self.cloud.environment(), **tools, "SAM_CLI_TELEMETRY": "0", "TMPDIR": str(scratch)},
            capture_output=True,
            text=True,
            timeout=SAM_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"sam {step}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout + done.stderr


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    state = tmp_path_factory.mktemp("cloud") / "state"
    running = LocalCloud.start(CloudConfig(state, port=port, parent=os.getpid()))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def project(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("project")
    for name in SOURCES:
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=leave)
    for name in ("template.yaml", "samconfig.toml"):
        shutil.copy(ROOT / name, folder / name)
    return Project(folder, cloud)


@pytest.fixture(scope="session")
def deployed(project: Project) -> Project:
    project.deploy()
    return project
