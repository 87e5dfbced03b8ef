"""Several threads look at a forked function process: who waits for its end, and who asks whether it lives."""

import io
import os
from concurrent.futures import ThreadPoolExecutor

from chaos.compute.functions import Forked

_LOOKERS = 8


def _forked() -> tuple[Forked, int]:
    told, tell = os.pipe()
    return Forked(1, io.BytesIO(), io.BytesIO(), os.fdopen(told, "rb")), tell


def _until_ended(process: Forked) -> int:
    while (status := process.poll()) is None:
        continue
    return status


def test_all_threads_that_look_see_the_same_end() -> None:
    with ThreadPoolExecutor(_LOOKERS + 1) as pool:
        for status in range(200):
            process, tell = _forked()
            seen = [pool.submit(_until_ended, process) for _ in range(_LOOKERS)]
            seen.append(pool.submit(process.wait))
            os.write(tell, f"{status}\n".encode())
            os.close(tell)
            assert {future.result(timeout=10) for future in seen} == {status}
