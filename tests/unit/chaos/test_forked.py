"""How forked function processes are heard of: one thread reads of all, others wait or ask."""

import io
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from chaos.compute.functions import Forked, Forks


@pytest.fixture
def told() -> tuple[Forks, io.BufferedReader, int]:
    read, write = os.pipe()
    return Forks(), os.fdopen(read, "rb"), write


def test_each_is_told_its_own_end_whoever_asks(told: tuple[Forks, io.BufferedReader, int]) -> None:
    forks, stream, write = told
    all_of_them = [Forked(pid, io.BytesIO(), io.BytesIO()) for pid in range(1, 201)]
    with ThreadPoolExecutor(16) as pool:
        pool.submit(forks.listen, stream)
        for forked in all_of_them:
            forks.began(forked)
        assert all_of_them[7].poll() is None
        waiting = [pool.submit(forked.wait) for forked in all_of_them]
        os.write(write, b"".join(f"{forked.pid} {-forked.pid}\n".encode() for forked in all_of_them))
        os.close(write)
        assert [future.result(timeout=10) for future in waiting] == [-forked.pid for forked in all_of_them]
    assert all_of_them[7].poll() == -8


def test_an_end_may_be_heard_of_before_the_beginning(told: tuple[Forks, io.BufferedReader, int]) -> None:
    forks, stream, write = told
    os.write(write, b"5 3\n")
    os.close(write)
    forks.listen(stream)
    forked = Forked(5, io.BytesIO(), io.BytesIO())
    forks.began(forked)
    assert forked.wait() == 3


def test_all_have_ended_when_who_would_tell_is_gone(told: tuple[Forks, io.BufferedReader, int]) -> None:
    forks, stream, write = told
    forked = Forked(5, io.BytesIO(), io.BytesIO())
    forks.began(forked)
    os.close(write)
    forks.listen(stream)
    assert forked.wait() == -9


def test_nobody_waits_for_one_that_begins_when_who_would_tell_is_gone(
    told: tuple[Forks, io.BufferedReader, int],
) -> None:
    forks, stream, write = told
    os.close(write)
    forks.listen(stream)
    forked = Forked(5, io.BytesIO(), io.BytesIO())
    forks.began(forked)
    assert forked.wait() == -9
