"""Whoever goes through a stage's life: drops files, waits for ends, loses events, asks the address."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from chaos import uploads
from chaos.stage import Stage
from cli.notices import read_inbox
from marquee.clock import later
from marquee.ledger import Ledger, Run, RunNotFound
from marquee.ledger import Stage as At

PATIENCE = 90.0
"""Seconds until a journey counts as stuck; the longest step takes five on a quiet machine."""
Found = TypeVar("Found")


class WentWrong(Exception):
    """A journey did not go as it should; says what is missing."""


WRONG = (WentWrong, ClientError, LookupError)
"""How a journey says that it went wrong: also that something is not there which it counted on."""


@dataclass(frozen=True)
class Traveller:
    """One stage, and a name that keeps one journey's files apart from another's."""

    stage: Stage
    name: str
    patience: float = PATIENCE
    hopeless: Callable[[], bool] = lambda: False
    """Whether what is awaited will not come any more, however much patience is left."""

    @property
    def ledger(self) -> Ledger:
        """The stage's runs."""
        return self.stage.account.ledger()

    @property
    def seed(self) -> int:
        """Decides what is in this journey's files."""
        return sum(map(ord, self.name))

    def named(self, name: str) -> "Traveller":
        """Another one on the same stage, with files of their own."""
        return replace(self, name=name)

    def drop(self, behaviour: str) -> str:
        """Drop a file of reviews for which the compute behaves so; its run_id."""
        return self.stage.drop(f"{behaviour}-{self.name}.csv", uploads.reviews_csv(self.seed, rows=240))

    def past_deadline(self, run_id: str) -> None:
        """Let a run's deadline have been a day ago."""
        self.ledger.waited(self.ledger.get(run_id), "", later(-86_400))

    def awaited(self, look: Callable[[], Found | None], what: str) -> Found:
        """What `look` finds, as soon as it finds something; WentWrong when it does not."""

        def look_or_resign() -> Found | None:
            found = look()
            if found is None and self.hopeless():
                raise WentWrong(f"{what} did not happen")
            return found

        found = self.soon(look_or_resign, self.patience)
        if found is None:
            raise WentWrong(f"{what} did not happen within {self.patience:.0f} s")
        return found

    def soon(self, look: Callable[[], Found | None], patience: float) -> Found | None:
        """What `look` finds within `patience` seconds, or None."""
        deadline = time.monotonic() + patience
        while (found := look()) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def stands(self, run_id: str, *at: At) -> Run:
        """The run once it stands at one of these stages; WentWrong if it ends at another."""

        def look() -> Run | None:
            try:
                run = self.ledger.get(run_id)
            except RunNotFound:
                return None
            if run.ended and run.stage not in at:
                raise WentWrong(f"{run_id} ended {run.stage}: {run.reason}")
            return run if run.stage in at else None

        return self.awaited(look, f"{run_id} at {' or '.join(at)}")

    def told(self, run_id: str, outcome: str) -> None:
        """Wait for the notice of a run's or batch's outcome; WentWrong without it."""
        wanted = {"run_id": run_id, "outcome": outcome}

        def look() -> bool | None:
            notices = read_inbox(self.stage.account)
            return any(wanted.items() <= notice.attributes.items() for notice in notices) or None

        self.awaited(look, f"the notice `{outcome}` of {run_id}")

    @contextmanager
    def losing(self, *rules: str) -> Iterator[None]:
        """Lose every event of these rules meanwhile, named without the stage's prefix."""
        events = self.stage.client("events")
        names = [f"marquee-{self.stage.account.stage}-{rule}" for rule in rules]
        for name in names:
            events.disable_rule(Name=name)
        try:
            yield
        finally:
            for name in names:
                events.enable_rule(Name=name)

    def invoke(self, function: str, payload: object) -> Any:
        """What a function answers; WentWrong if it raises."""
        answer = json.loads(self.stage.invoke(function, json.dumps(payload).encode()))
        if isinstance(answer, dict) and "errorType" in answer:
            raise WentWrong(f"{function} raised {answer['errorType']}: {answer.get('errorMessage')}")
        return answer

    def reconcile(self) -> Any:
        """Have the reconciler look at everything now."""
        return self.invoke("reconcile", {"quiet_seconds": 0})

    def asks(self, path: str, body: object = None) -> Any:
        """The address's JSON answer; WentWrong unless it is 200."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"content-type": "application/json"}
        url = self.stage.account.address.rstrip("/") + path
        request = urllib.request.Request(url, data, headers)  # noqa: S310 - this machine's own cloud
        try:
            with urllib.request.urlopen(request, timeout=self.patience) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise WentWrong(f"{path} answered {error.code}: {error.read()[:200]!r}") from error
