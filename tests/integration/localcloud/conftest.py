"""One local cloud for all tests of this folder, with the test application deployed by SAM."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud.client import LocalCloud
from localcloud.config import CloudConfig

HERE = Path(__file__).parent
SAM = HERE.parents[2] / ".tools" / "sam" / "bin" / "sam"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    state = tmp_path_factory.mktemp("cloud") / "state"
    config = CloudConfig(
        state, port=free_port(), parent=os.getpid(), services=("tests.integration.localcloud.toy",)
    )
    running = LocalCloud.start(config)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def session(cloud: LocalCloud) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=cloud.config.access_key,
        aws_secret_access_key=cloud.config.secret_key,
        region_name=cloud.config.region,
    )


@pytest.fixture(scope="session")
def client(session: boto3.Session, cloud: LocalCloud) -> Any:
    return lambda service: session.client(service, endpoint_url=cloud.endpoint_url)


@pytest.fixture(scope="session")
def outputs(cloud: LocalCloud, client: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The outputs of the deployed application."""
    build = tmp_path_factory.mktemp("build")
    _sam(cloud, "build", "--template", str(HERE / "application" / "template.yaml"), "--build-dir", str(build))
    deploy = ["--stack-name", "application", "--resolve-s3", "--capabilities", "CAPABILITY_IAM"]
    quiet = ["--no-confirm-changeset", "--no-progressbar"]
    _sam(cloud, "deploy", "--template", str(build / "template.yaml"), *deploy, *quiet)
    stack = client("cloudformation").describe_stacks(StackName="application")["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _sam(cloud: LocalCloud, *arguments: str) -> None:
    # SAM leaves empty folders behind where TMPDIR says.
    scratch = cloud.config.state.parent
    environment = {**cloud.environment(), "SAM_CLI_TELEMETRY": "0", "TMPDIR": str(scratch)}
    done = subprocess.run(
        [str(SAM), *arguments], env=environment, capture_output=True, text=True, check=False, cwd=HERE
    )
    assert done.returncode == 0, f"sam {arguments[0]}:\n{done.stdout}\n{done.stderr}"
