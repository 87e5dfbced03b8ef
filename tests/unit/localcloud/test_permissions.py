"""Sessions of roles, as many threads ask for them at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ministack.services import sts

from localcloud.config import CloudConfig
from localcloud.ministack.permissions import Permissions


def test_one_session_is_registered_at_a_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # MiniStack's store of sessions is looked through at each: fifty functions that start at once broke it.
    alone, met = threading.Lock(), list[str]()

    def register(key: str, _held: dict[str, str]) -> None:
        if not alone.acquire(blocking=False):
            met.append(key)
            return
        time.sleep(0.005)
        alone.release()

    monkeypatch.setattr(sts, "register_session", register)
    monkeypatch.setattr(Permissions, "require_trust", lambda *_: {"RoleName": "r", "RoleId": "AROA"})
    held = Permissions(CloudConfig(tmp_path))

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: held.assume("arn:role/r", "lambda.amazonaws.com"), range(16)))

    assert met == []
    assert {held.role_of(one.access_key) for one in made} == {"r"}
