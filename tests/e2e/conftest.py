"""One stage for all tests of this folder; every upload is dropped at once, and the tests look at the ends."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.e2e import uploads
from tests.e2e.stage import Stage, awaited, guarded, marquee, processes_of


@pytest.fixture(scope="session")
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, free_port: int) -> Iterator[Stage]:
    state = tmp_path_factory.mktemp("stage")
    with guarded(state):
        yield Stage.up(state, free_port)
        done = marquee("down", "--state", state)
        assert done.returncode == 0, done.stderr
        awaited(lambda: not processes_of(state) or None, 15, "the end of every process of the cloud")


@dataclass(frozen=True)
class Drops:
    """The runs of everything that was dropped."""

    first: str
    second: str
    repeated: str
    killed: str
    bad: dict[str, str]


@pytest.fixture(scope="session")
def drops(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Drops:
    """Drop it all within a moment, the first file twice in parallel."""
    folder = tmp_path_factory.mktemp("uploads")
    content = uploads.sample(folder, seed=7)
    ids: set[str] = set()
    twice = [threading.Thread(target=lambda: ids.add(stage.drop("first.csv", content))) for _ in range(2)]
    for thread in twice:
        thread.start()
    second = stage.drop("second.csv", uploads.with_a_huge_review(uploads.sample(folder, seed=11)))
    repeated = stage.drop("repeated.csv", uploads.repeated(folder))
    bad = {case: stage.drop(name, body) for case, (name, body, _) in uploads.bad_uploads().items()}
    killed = stage.drop("killed.csv", uploads.sample(folder, seed=31, rows=400))
    threading.Thread(target=kill_training, args=(stage, killed), daemon=True).start()
    for thread in twice:
        thread.join()
    (first,) = ids
    return Drops(first, second, repeated, killed, bad)


def kill_training(stage: Stage, run_id: str) -> None:
    awaited(lambda: stage.process("train.py", run_id), 300, f"the training of {run_id}").kill()
