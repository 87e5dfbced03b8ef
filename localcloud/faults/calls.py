"""Calls to AWS that fail, and functions that die at one of them; also the record of who called what."""

import fnmatch
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from localcloud.awsjson import Response
from localcloud.faults.errors import Refusal, wording
from localcloud.faults.plan import ApiError, Kill
from localcloud.faults.tally import Tally

Serve = Callable[[], Awaitable[Response]]


@dataclass(frozen=True)
class ApiCall:
    """One request to an AWS API."""

    access_key: str
    caller: str
    """Name of the role that calls, or "root"."""
    action: str
    """As IAM names it, such as "sagemaker:CreateModel"."""
    refuse: Callable[[str, str, int], Response]
    """The answer with an error (code, message, status) in the protocol of the request."""


@dataclass
class _Invocation:
    """A function at work."""

    function: str
    request_id: str
    kill: Callable[[], None]
    calls: list[str] = field(default_factory=list)
    ended: bool = False


class CallFaults:
    """Every call to AWS passes here. Callable from any thread."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._working: dict[str, _Invocation] = {}
        self._record: list[_Invocation] | None = None
        self._lock = threading.Lock()

    def record(self, wanted: bool) -> None:
        """Keep a record of invocations and their calls from now on, or no more."""
        with self._lock:
            self._record = [] if wanted else None

    def recorded(self) -> list[dict[str, Any]]:
        """Invocations that began since recording did: function, request_id, calls (actions), ended."""
        with self._lock:
            return [
                {
                    "function": invocation.function,
                    "request_id": invocation.request_id,
                    "calls": list(invocation.calls),
                    "ended": invocation.ended,
                }
                for invocation in self._record or []
            ]

    @contextmanager
    def invocation(
        self, access_key: str, function: str, request_id: str, kill: Callable[[], None]
    ) -> Iterator[None]:
        """A function works, in a process with an access key of its own that `kill` ends."""
        invocation = _Invocation(function, request_id, kill)
        with self._lock:
            self._working[access_key] = invocation
            if self._record is not None:
                self._record.append(invocation)
        try:
            yield
        finally:
            with self._lock:
                del self._working[access_key]
                invocation.ended = True

    async def intercept(self, call: ApiCall, serve: Serve) -> Response:
        """Have a call served, unless a fault strikes it."""
        invocation, number = self._count(call)
        if refusal := self._refusal(call.caller, call.action, invocation, number):
            return call.refuse(refusal.code, refusal.message, refusal.status)
        kill = invocation and self._kill(invocation, call.action, number)
        if not invocation or not kill:
            return await serve()
        # Nobody is left to read an answer, so any will do.
        answer = call.refuse("InternalFailure", "The caller is gone.", 500)
        if kill.when == "after":
            answer = await serve()
        invocation.kill()
        return answer

    def refusal(self, caller: str, action: str) -> Refusal | None:
        """The error that a state machine's own call, which does not pass `intercept`, shall fail with."""
        return self._refusal(caller, action, None, 0)

    def _count(self, call: ApiCall) -> tuple[_Invocation | None, int]:
        with self._lock:
            invocation = self._working.get(call.access_key)
            if invocation is None:
                return None, 0
            invocation.calls.append(call.action)
            return invocation, len(invocation.calls)

    def _refusal(
        self, caller: str, action: str, invocation: _Invocation | None, number: int
    ) -> Refusal | None:
        names = [caller, invocation.function] if invocation else [caller]
        fault = self._tally.strikes(
            ApiError,
            lambda fault: _concerns(fault, number, action) and bool(fnmatch.filter(names, fault.caller)),
            f"{names[-1]}: {_place(action, number)}",
        )
        if fault is None:
            return None
        if fault.error:
            return wording(fault.error, action)
        return Refusal(fault.code, fault.message or fault.code, fault.status)

    def _kill(self, invocation: _Invocation, action: str, number: int) -> Kill | None:
        return self._tally.strikes(
            Kill,
            lambda fault: (
                _concerns(fault, number, action) and fnmatch.fnmatchcase(invocation.function, fault.function)
            ),
            f"{invocation.function} {invocation.request_id}: {_place(action, number)}",
        )


def _concerns(fault: Kill | ApiError, number: int, action: str) -> bool:
    return fault.call in (None, number) and fnmatch.fnmatchcase(action, fault.action)


def _place(action: str, number: int) -> str:
    return f"call {number}, {action}" if number else action
