"""A cloud starts once per folder, is found again, and leaves nothing behind however it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from localcloud.client import LocalCloud
from localcloud.config import CloudConfig
from localcloud.record import CannotStart
from localcloud.warden import CLOUD_MARK, marked

SERVICES = ("tests.integration.localcloud.noisy",)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def config(tmp_path: Path) -> CloudConfig:
    return CloudConfig(tmp_path / "state", port=free_port(), parent=os.getpid(), services=SERVICES)


@pytest.fixture
def running(config: CloudConfig) -> Iterator[LocalCloud]:
    cloud = LocalCloud.start(config)
    yield cloud
    cloud.stop()


def processes_of(cloud: LocalCloud) -> list[psutil.Process]:
    """Everything with the cloud's mark, and the warden, which is the server's own child."""
    server = psutil.Process(cloud.record.pid)
    return [server, *server.children(recursive=True), *marked(CLOUD_MARK, cloud.record.mark)]


def wait_for_family(cloud: LocalCloud) -> list[psutil.Process]:
    """The noisy service's child, grandchild and escaped great-grandchild are there."""
    deadline = time.monotonic() + 20
    while len(marked(CLOUD_MARK, cloud.record.mark)) < 3:
        assert time.monotonic() < deadline, "the noisy service did not start its family"
        time.sleep(0.05)
    return processes_of(cloud)


def survivors(processes: list[psutil.Process], seconds: float = 10.0) -> list[psutil.Process]:
    deadline = time.monotonic() + seconds
    while (left := [each for each in processes if lives(each)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_cloud(running: LocalCloud, number: int) -> None:
    family = wait_for_family(running)
    assert len(family) >= 5

    os.kill(running.record.pid, number)

    assert survivors(family) == []


def test_a_cloud_with_a_parent_does_not_outlive_it(config: CloudConfig) -> None:
    # given a cloud that another process has started for as long as that lives itself
    code = f"""
import os, pathlib, time
from localcloud.client import LocalCloud
from localcloud.config import CloudConfig
state = pathlib.Path({str(config.state)!r})
LocalCloud.start(CloudConfig(state, {config.port}, parent=os.getpid(), services={SERVICES!r}))
print("started", flush=True)
time.sleep(60)
"""
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with starter:
        assert starter.stdout and starter.stdout.readline() == "started\n"
        cloud = LocalCloud.find(config)
        assert cloud
        family = wait_for_family(cloud)

        starter.kill()

    assert survivors(family, seconds=20) == []


def test_stop_ends_the_cloud_and_forgets_it(running: LocalCloud, config: CloudConfig) -> None:
    family = wait_for_family(running)

    running.stop()

    assert survivors(family, seconds=0.5) == []
    assert LocalCloud.find(config) is None
    running.stop()


def test_a_second_start_finds_the_first(running: LocalCloud, config: CloudConfig) -> None:
    assert LocalCloud.start(config) == running


def test_a_second_server_in_the_same_folder_is_refused(running: LocalCloud, config: CloudConfig) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "localcloud", "--state", str(config.state), "--port", str(free_port())],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert f"runs already at {running.endpoint_url} as process {running.record.pid}" in done.stderr


def test_a_taken_port_is_named(config: CloudConfig) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", config.port))
        other.listen()

        with pytest.raises(CannotStart, match=f"Port {config.port} of 127.0.0.1 is taken"):
            LocalCloud.start(config)


def test_a_record_whose_port_somebody_else_answers_is_not_our_cloud(
    running: LocalCloud, tmp_path: Path
) -> None:
    # given a record that names another cloud's port and process
    stale = CloudConfig(tmp_path / "stale", port=running.config.port)
    stale.state.mkdir()
    record = {**json.loads(running.config.record.read_text()), "token": "of a cloud that is gone"}
    stale.record.write_text(json.dumps(record))

    assert LocalCloud.find(stale) is None


def test_a_folder_of_something_else_is_left_alone(config: CloudConfig) -> None:
    config.state.mkdir()
    (config.state / "thesis.txt").write_text("years of work")

    with pytest.raises(CannotStart, match="holds files that are not a local cloud's"):
        LocalCloud.start(config)

    assert (config.state / "thesis.txt").read_text() == "years of work"


def test_it_starts_clean_after_a_crash(running: LocalCloud, config: CloudConfig) -> None:
    running.config.objects.mkdir(exist_ok=True)
    (running.config.objects / "half").write_text("a state")
    os.kill(running.record.pid, signal.SIGKILL)
    survivors([psutil.Process(running.record.pid)] if psutil.pid_exists(running.record.pid) else [])

    again = LocalCloud.start(config)

    try:
        assert not (config.objects / "half").exists()
        assert again.record.token != running.record.token
    finally:
        again.stop()


def test_web_pages_of_other_origins_are_refused(running: LocalCloud) -> None:
    def status(origin: str) -> int:
        request = urllib.request.Request(
            running.endpoint_url + "/_ministack/health", headers={"Origin": origin}
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    assert status("https://example.com") == 403
    assert status("http://127.0.0.1:1") == 403
    assert status(running.endpoint_url) == 200


def test_it_listens_on_this_machine_only_and_writes_in_its_folder_only(running: LocalCloud) -> None:
    server = psutil.Process(running.record.pid)

    listening = {(c.laddr.ip, c.laddr.port) for c in server.net_connections() if c.status == "LISTEN"}
    written = {file.path for file in server.open_files() if "w" in file.mode or "a" in file.mode}

    assert listening == {("127.0.0.1", running.config.port)}
    assert all(Path(path).is_relative_to(running.config.state) for path in written), written
