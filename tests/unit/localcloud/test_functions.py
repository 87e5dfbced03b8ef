import io
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcloud.functions.environment import ExecutionEnvironment, Function, Outcome
from localcloud.functions.packages import Packages, search_path
from localcloud.processes import Processes
from localcloud.warden import CLOUD_MARK

Build = Callable[..., ExecutionEnvironment]


def archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, text in files.items():
            target.writestr(name.replace("__", "/") + ".py", text)
    return buffer.getvalue()


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    """Makes an execution environment of a module and its layers."""
    monkeypatch.setenv(CLOUD_MARK, "")
    processes, packages = Processes(), Packages(tmp_path / "functions")

    made: list[ExecutionEnvironment] = []

    def make(code: str, *layers: bytes, timeout: float = 10) -> ExecutionEnvironment:
        folder = packages.unpack(archive(app=code))
        unpacked = [packages.unpack(layer) for layer in layers]
        variables = {
            "_HANDLER": "app.handler",
            "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
            "AWS_LAMBDA_LOG_STREAM_NAME": "s",
            "PATH": os.environ["PATH"],
        }
        path = search_path(folder, unpacked, packages.sdk())
        function = Function("arn:function:f", timeout, folder, path, variables, tmp_path / "f.log")
        made.append(ExecutionEnvironment(function, processes))
        return made[-1]

    yield make
    for environment in made:
        environment.stop()
    processes.stop_all(grace=0.2)


def test_a_handler_gets_its_event_and_its_context(build: Build) -> None:
    environment = build(
        "def handler(event, context):\n"
        "    left = context.get_remaining_time_in_millis()\n"
        "    return [event, context.aws_request_id, context.invoked_function_arn, 0 < left <= 10_000]\n"
    )

    assert environment.invoke({"a": "é"}, "r").value == [{"a": "é"}, "r", "arn:function:f", True]


COUNTING = """
n = 0
print('init')

def handler(event, context):
    global n
    n += 1
    print('call', n)
    return n
"""

RAISING = """
class Hot(Exception): ...
n = 0

def handler(event, context):
    global n
    n += 1
    raise Hot(n)
"""

SLEEPING = """
import time
n = 0

def handler(event, context):
    global n
    n += 1
    time.sleep(event)
    return n
"""


def test_it_stays_warm_and_keeps_each_invocations_log_apart(build: Build) -> None:
    environment = build(COUNTING)

    assert [environment.invoke({}, "r") for _ in range(2)] == [
        Outcome(1, None, "init\ncall 1"),
        Outcome(2, None, "call 2"),
    ]


def test_an_exception_has_its_class_name_and_leaves_it_warm(build: Build) -> None:
    environment = build(RAISING)

    environment.invoke({}, "first")
    outcome = environment.invoke({}, "second")

    assert outcome.error is not None
    assert (outcome.error["errorType"], outcome.error["errorMessage"]) == ("Hot", "2")
    assert outcome.error["requestId"] == "second"
    assert "raise Hot(n)" in outcome.error["stackTrace"][0]
    assert "Hot: 2" in outcome.log


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("import nonsense", "Runtime.ImportModuleError", "Unable to import module 'app': No module named"),
        ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("1 / 0", "ZeroDivisionError", "division by zero"),
        ("def handler(e, c): return {1, 2}", "Runtime.MarshalError", "Unable to marshal"),
        ("import os\ndef handler(e, c): os._exit(3)", "Runtime.ExitError", "exit status 3"),
        ("import os\ndef handler(e, c): os.kill(os.getpid(), 9)", "Runtime.ExitError", "signal: killed"),
    ],
)
def test_what_goes_wrong_has_lambdas_name(build: Build, code: str, kind: str, message: str) -> None:
    error = build(code).invoke({}, "r").error

    assert error is not None
    assert error["errorType"] == kind
    assert message in error["errorMessage"]


def test_time_out_ends_the_process_and_the_next_starts_cold(build: Build) -> None:
    environment = build(SLEEPING, timeout=0.3)
    environment.invoke(0, "r")

    late, after = environment.invoke(30, "r-2"), environment.invoke(0, "r")

    assert late.error is not None
    assert late.error["errorType"] == "Sandbox.Timedout"
    assert late.error["errorMessage"].endswith("r-2 Task timed out after 0.30 seconds")
    assert after.value == 1


def test_a_function_finds_its_layers_and_the_sdk_and_nothing_else(build: Build) -> None:
    environment = build(
        "import importlib.util as u\ndef handler(e, c):\n    return [bool(u.find_spec(name)) for name in e]",
        archive(python__extra=""),
        archive(python__lib__python311__site=""),
    )

    assert environment.invoke(["extra", "boto3", "pyarrow", "pytest", "localcloud"], "r").value == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_an_archive_is_unpacked_once(tmp_path: Path) -> None:
    packages = Packages(tmp_path)

    first, again, other = (packages.unpack(archive(a=text)) for text in ("x", "x", "y"))

    assert first == again != other
    assert (first / "a.py").read_text() == "x"


def test_what_is_no_archive_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(zipfile.BadZipFile):
        Packages(tmp_path).unpack(b"not a zip")

    assert list(tmp_path.iterdir()) == []
