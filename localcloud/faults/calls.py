"""Calls to AWS that fail, and functions that die at one of them; also the record of who called what."""

import fnmatch
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from localcloud.awsjson import Response
from localcloud.faults.errors import Refusal, wording
from localcloud.faults.plan import ApiError, Kill
from localcloud.faults.tally import Beside, Tally

Serve = Callable[[], Awaitable[Response]]
Refuse = Callable[[Refusal], Response]
"""The answer with an error, in the protocol of the request."""


@dataclass(frozen=True)
class ApiCall:
    """One request to an AWS API."""

    caller: str
    """Name of the role that calls, or "root"."""
    action: str
    """As IAM names it, such as "sagemaker:CreateModel"."""
    access_key: str = ""
    sdk_id: str = ""
    """What all attempts of one call have in common (amz-sdk-invocation-id); "" from who is no SDK."""
    retry: bool = False
    """Whether the SDK tries again what failed before."""
    about: str = ""
    """Of a notice that is published: its outcome and its run, such as "live good-1-0123456789"."""


@dataclass
class _Invocation:
    """A function at work."""

    function: str
    request_id: str
    kill: Callable[[], None]
    calls: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    told: dict[int, str] = field(default_factory=dict)
    """By the number of a call that published a notice, what it was about."""
    ended: bool = False

    def number(self, call: ApiCall) -> int:
        """Which call it is, from 1; a retry is the call that it tries again."""
        if not call.retry or call.sdk_id not in self.numbers:
            self.calls.append(call.action)
            self.numbers[call.sdk_id] = len(self.calls)
            self.told[len(self.calls)] = call.about
        return self.numbers[call.sdk_id]

    def behind(self, number: int) -> str:
        """The action of the call before that one; "" before the first."""
        return self.calls[number - 2] if number > 1 else ""

    def about(self, number: int) -> str:
        """Which notice that call publishes, or the one before it did; "" if neither."""
        return self.told.get(number) or self.told.get(number - 1, "")


class CallFaults:
    """Every call to AWS passes here. Callable from any thread."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._working: dict[str, _Invocation] = {}
        self._record: list[_Invocation] | None = None
        self._served: set[str] = set()
        self._repeated = Counter[str]()
        self._told_again = Counter[str]()
        self._lock = threading.Lock()

    def record(self, wanted: bool) -> None:
        """Keep a record of invocations and their calls from now on, or no more."""
        with self._lock:
            self._record = [] if wanted else None

    def repeated(self) -> dict[str, int]:
        """By action, the calls that were served again, because the SDK had not waited for the answer."""
        with self._lock:
            return dict(self._repeated)

    def told_again(self) -> dict[str, int]:
        """By what it was about, the notices among these: SNS may have sent each once more."""
        with self._lock:
            return dict(self._told_again)

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

    async def intercept(self, call: ApiCall, refuse: Refuse, serve: Serve) -> Response:
        """Have a call served, unless a fault strikes it."""
        with self._lock:
            invocation = self._working.get(call.access_key)
            number = invocation.number(call) if invocation else 0
        if refusal := self._refusal(call, invocation, number):
            return refuse(refusal)
        kill = invocation and self._kill(call, invocation, number)
        if not invocation or not kill:
            self._count(call)
            return await serve()
        # Nobody is left to read an answer, so any will do.
        answer = await serve() if kill.when == "after" else refuse(wording("internal", call.action))
        invocation.kill()
        return answer

    def _count(self, call: ApiCall) -> None:
        with self._lock:
            if call.sdk_id in self._served:
                self._repeated[call.action] += 1
                if call.about:
                    self._told_again[call.about] += 1
            elif call.sdk_id:
                self._served.add(call.sdk_id)

    def refusal(self, caller: str, action: str) -> Refusal | None:
        """The error that a state machine's own call, which does not pass `intercept`, shall fail with."""
        return self._refusal(ApiCall(caller, action), None, 0)

    def _refusal(self, call: ApiCall, invocation: _Invocation | None, number: int) -> Refusal | None:
        names = [call.caller, invocation.function] if invocation else [call.caller]
        behind = invocation.behind(number) if invocation else ""
        fault = self._tally.strikes(
            ApiError,
            lambda fault: (
                _concerns(fault, number, call.action, behind)
                and bool(fnmatch.filter(names, fault.caller))
                and (fault.attempts == "all" or not call.retry)
            ),
            f"{names[-1]}: {_place(call.action, number)}",
            call.sdk_id,
            Beside(behind, invocation.about(number) if invocation else call.about),
        )
        if fault is None:
            return None
        if fault.error:
            return wording(fault.error, call.action)
        return Refusal(fault.code, fault.message or fault.code, fault.status)

    def _kill(self, call: ApiCall, invocation: _Invocation, number: int) -> Kill | None:
        behind = invocation.behind(number)
        return self._tally.strikes(
            Kill,
            lambda fault: (
                _concerns(fault, number, call.action, behind)
                and fnmatch.fnmatchcase(invocation.function, fault.function)
            ),
            f"{invocation.function} {invocation.request_id}: {_place(call.action, number)}",
            call.sdk_id,
            Beside(behind, invocation.about(number)),
        )


def _concerns(fault: Kill | ApiError, number: int, action: str, behind: str) -> bool:
    return (
        fault.call in (None, number)
        and fnmatch.fnmatchcase(action, fault.action)
        and fnmatch.fnmatchcase(behind, fault.behind)
    )


def _place(action: str, number: int) -> str:
    return f"call {number}, {action}" if number else action
