import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.compute import nursery
from chaos.compute.functions import Nurseries
from localcloud.functions.environment import ExecutionEnvironment, Function, Launcher
from localcloud.functions.packages import Packages, search_path
from localcloud.processes import Processes
from localcloud.warden import CLOUD_MARK

APP = """
import os
calls = []

def handler(event, context):
    calls.append(event)
    if event == "die":
        os._exit(3)
    return [len(calls), os.environ["WHO"], os.getpid(), os.getcwd() in __file__]
"""


def archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, text in files.items():
            target.writestr(name, text)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ExecutionEnvironment]]:
    """Two execution environments of one function, their processes forked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CLOUD_MARK, "")
        yield from forked(tmp_path_factory.mktemp("forks"))


def forked(tmp_path: Path) -> Iterator[list[ExecutionEnvironment]]:
    processes, packages = Processes(), Packages(tmp_path / "functions")
    clients = "def sns():\n    pass\n\ndef forget():\n    pass\n"
    layer = packages.unpack(archive({"python/marquee/__init__.py": "", "python/marquee/clients.py": clients}))
    code, nurseries = packages.unpack(archive({"app.py": APP})), Nurseries()

    def made(who: str) -> ExecutionEnvironment:
        named = ("_HANDLER", "app.handler"), ("WHO", who), ("PATH", os.environ["PATH"])
        lambda_names = (
            f"AWS_LAMBDA_{name}" for name in ("FUNCTION_NAME", "FUNCTION_VERSION", "LOG_GROUP_NAME")
        )
        variables = {**dict(named), **dict.fromkeys(lambda_names, "f"), "AWS_LAMBDA_LOG_STREAM_NAME": "s"}
        variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "128"
        path = search_path(code, [layer], packages.sdk())
        function = Function(f"arn:function:{who}", 10, code, path, variables, tmp_path / "f.log")
        return ExecutionEnvironment(function, processes, Launcher(nurseries.launch))

    two = [made("a"), made("b")]
    yield two
    for environment in two:
        environment.stop()
    nurseries.close()
    processes.stop_all(grace=0.1)


def test_each_fork_is_a_process_of_its_own(environments: list[ExecutionEnvironment]) -> None:
    first, second = environments

    answers = [first.invoke("x", "r").value, first.invoke("x", "r").value, second.invoke("x", "r").value]

    assert [answer[:2] for answer in answers] == [[1, "a"], [2, "a"], [1, "b"]]
    assert answers[0][2] == answers[1][2] != answers[2][2]
    assert all(answer[3] for answer in answers)


def test_one_that_ends_is_told_and_started_anew(environments: list[ExecutionEnvironment]) -> None:
    environment = environments[0]

    assert environment.invoke("die", "r").error == {
        "errorType": "Runtime.ExitError",
        "errorMessage": "RequestId: r Error: Runtime exited with error: exit status 3",
    }
    assert environment.invoke("x", "r").value[0] == 1


def test_one_that_is_killed_is_told(environments: list[ExecutionEnvironment]) -> None:
    environment = environments[0]
    process_id = environment.invoke("x", "r").value[2]

    environment.kill()
    deadline = time.monotonic() + 5
    while environment.process and environment.process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)

    assert environment.process is not None
    assert environment.process.returncode == -signal.SIGKILL
    assert environment.invoke("x", "r").value[2] != process_id


def test_the_sdk_of_a_fork_waits_shortly() -> None:
    """If this fails botocore makes its waits elsewhere: look where its standard retries take them from."""
    waits = "from botocore.retries import standard as s; import botocore.session; "
    made = "botocore.session.get_session().create_client('sns', region_name='eu-west-1', config=c)"
    script = (
        f"import nursery; nursery.wait_shortly(); {waits}from botocore.config import Config; asked = []; "
        "short = s.ExponentialBackoff; "
        "s.ExponentialBackoff = lambda **k: asked.append(short(**k)) or asked[0]; "
        f"c = Config(retries={{'mode': 'standard'}}); {made}; "
        "context = type('C', (), {'attempt_number': 9, 'parsed_response': {}, 'http_response': None}); "
        "print(asked[0].delay_amount(context) <= nursery._LONGEST_WAIT)"
    )
    run = [sys.executable, "-c", script]

    told = subprocess.run(run, cwd=Path(nursery.__file__).parent, capture_output=True, text=True, check=True)

    assert told.stdout == "True\n"
