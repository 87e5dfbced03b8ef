"""SAM's steps: repeated only when the sources changed, explained when they fail, ended when interrupted."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import sam
from cli.errors import CommandError
from cli.terminal import Terminal


def sources(root: Path) -> Path:
    (root / "functions" / "predict").mkdir(parents=True)
    (root / "functions" / "predict" / "app.py").write_text("first")
    (root / "template.yaml").write_text("Resources: {}")
    return root


def fake_sam(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_fingerprint_follows_contents_and_names(tmp_path: Path) -> None:
    root = sources(tmp_path)
    seen = {sam.fingerprint(root)}

    (root / "functions" / "predict" / "app.py").write_text("second")
    seen.add(sam.fingerprint(root))
    (root / "functions" / "predict" / "app.py").rename(root / "functions" / "predict" / "main.py")
    seen.add(sam.fingerprint(root))

    assert len(seen) == 3


def test_the_fingerprint_leaves_out_compiled_files(tmp_path: Path) -> None:
    root = sources(tmp_path)
    before = sam.fingerprint(root)

    (root / "functions" / "__pycache__").mkdir()
    (root / "functions" / "__pycache__" / "app.pyc").write_bytes(b"compiled")

    assert sam.fingerprint(root) == before


def test_a_step_is_done_until_the_sources_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    root, state = sources(tmp_path / "project"), tmp_path / "state"
    monkeypatch.setattr(sam, "SAM", fake_sam(tmp_path / "sam", "exit 0"))
    digest = sam.fingerprint
    monkeypatch.setattr(sam, "fingerprint", lambda: digest(root))
    step = sam.Sam(state, {})

    step.build(terminal)

    assert step.done("build")
    assert not step.done("deploy")
    (root / "template.yaml").write_text("Resources: {New: {}}")
    assert not step.done("build")


def test_a_failed_step_shows_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    monkeypatch.setattr(sam, "SAM", fake_sam(tmp_path / "sam", "echo 'CREATE_FAILED: the bucket'; exit 3"))

    with pytest.raises(CommandError, match=r"status 3:\nCREATE_FAILED: the bucket") as failure:
        sam.Sam(tmp_path / "state", {}).deploy(terminal)

    assert "deploy.log" in failure.value.next_step
    assert not sam.Sam(tmp_path / "state", {}).done("deploy")


def test_without_sam_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    monkeypatch.setattr(sam, "SAM", tmp_path / "absent")

    with pytest.raises(CommandError) as failure:
        sam.Sam(tmp_path, {}).build(terminal)

    assert failure.value.next_step == "Run `make setup`."


def test_what_sam_leaves_in_its_temporary_folder_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    monkeypatch.setattr(sam, "SAM", fake_sam(tmp_path / "sam", f"mktemp -d > {tmp_path}/left"))

    sam.Sam(tmp_path / "state", {"PATH": os.environ["PATH"]}).deploy(terminal)

    left = Path((tmp_path / "left").read_text().strip())
    assert left.is_absolute()
    assert not left.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_step_and_what_it_started(tmp_path: Path, number: signal.Signals) -> None:
    child_id = tmp_path / "child"
    sleeper = fake_sam(tmp_path / "program", f"sleep 60 & echo $! > {child_id}; echo started; wait")
    script = (
        "from pathlib import Path; from cli import interrupts, sam; from cli.terminal import Terminal;"
        "interrupts.interrupt_on_signals();"
        f"sam.SAM = Path({str(sleeper)!r}); sam.Sam(Path({str(tmp_path)!r}), {{}}).build(Terminal())"
    )
    command = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    wait_for(child_id.exists)
    wait_for(lambda: bool(child_id.read_text().strip()))

    command.send_signal(number)

    command.wait(10)
    grandchild = Path("/proc", child_id.read_text().strip())
    wait_for(lambda: ended(grandchild))


def test_the_layer_is_built_for_the_interpreter_that_runs_the_functions() -> None:
    environment = sam.build_environment({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "UV": "/bin/uv"})

    assert environment["LAYER_PYTHON"] == sys.executable
    assert environment["UV"] == "/bin/uv"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def ended(process: Path) -> bool:
    """Whether the process of this /proc folder is no more; it may go between any two looks."""
    try:
        return "(sleep) Z" in (process / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_for(condition: object, patience: float = 15.0) -> None:
    deadline = time.monotonic() + patience
    assert callable(condition)
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a_given_parameter_stands_beside_those_of_the_stage(tmp_path: Path) -> None:
    options = sam.Sam(
        tmp_path, {}, parameters={"EndpointType": "realtime", "UrlConcurrency": "5"}
    )._overrides()
    assert options[0] == "--parameter-overrides"
    assert {"Stage=local", "EndpointType=realtime", "UrlConcurrency=5"} <= set(options)
    assert "UrlConcurrency=20" not in options


def test_a_parameter_of_json_stays_whole(tmp_path: Path) -> None:
    options = sam.Sam(tmp_path, {}, parameters={"Hyperparameters": '{"epochs": "3"}'})._overrides()

    assert r'Hyperparameters="{\"epochs\": \"3\"}"' in options
