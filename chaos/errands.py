"""What a person does on a stage, repeated until it is done: its function may be what dies."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from chaos.trial import Trial
from marquee.releases.champions import before

_SECONDS = 180.0
_PAUSE = 0.5


class Undone(Exception):
    """An errand that was not done, however often it was asked for; says what the last answer was."""


def ask_for_a_prediction(trial: Trial) -> None:
    """POST /predict until it answers 200."""
    body = json.dumps({"text": "a wonderful, brilliant film"}).encode()
    url = f"{trial.stage.account.address}predict"

    def ask() -> str:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30):  # noqa: S310
                return ""
        except urllib.error.HTTPError as error:
            with error:
                return f"{error.code}: {error.read()[:200]!r}"

    _repeat(trial, "a prediction", ask)


def roll_back(trial: Trial) -> None:
    """Bring the champion before this one back, until the function says that it is done."""
    champion = trial.stage.account.ledger().champion()
    target = before(champion) if champion else None
    if target is None:
        return
    payload = json.dumps({"version": target.version}).encode()

    def ask() -> str:
        answer = json.loads(trial.stage.invoke("roll-back", payload))
        return "" if answer.get("status") == "done" else str(answer)

    _repeat(trial, f"the rollback to version {target.version}", ask)
    trial.rollbacks[target.run_id] += 1


def read_the_shares(trial: Trial) -> None:
    """Ask who answers which part of the requests; a serverless endpoint's traffic cannot be shared."""
    _answered(trial, "share-traffic", "variants")


def scale_the_endpoint(trial: Trial) -> None:
    """Let it scale by itself, as the event that it is in service does; a real-time one does."""
    _answered(trial, "scale-endpoint", "scales")


def share_and_end(trial: Trial) -> None:
    """Let the version before answer a tenth of the requests, and then none."""
    read_the_shares(trial)
    champion = trial.stage.account.ledger().champion()
    other = before(champion) if champion else None
    if other is None:
        return
    for percent in (10, 0):
        _share(trial, other.version, percent)


def _share(trial: Trial, version: str, percent: int) -> None:
    payload = json.dumps({"version": version, "percent": percent}).encode()

    def ask() -> str:
        answer = json.loads(trial.stage.invoke("share-traffic", payload))
        return "" if answer.get("status") == "done" else str(answer)

    _repeat(trial, f"{percent} percent for version {version}", ask)


def look_for_idleness(trial: Trial) -> None:
    """The daily sweep: somebody did ask the endpoint."""
    _answered(trial, "sweep-endpoint", "found")


def _answered(trial: Trial, function: str, key: str) -> None:
    def ask() -> str:
        answer = json.loads(trial.stage.invoke(function))
        return "" if key in answer else str(answer)

    _repeat(trial, f"an answer of {function}", ask)


def _repeat(trial: Trial, what: str, ask: Callable[[], str]) -> None:
    """Ask until nothing is wrong; Undone with what was wrong last."""
    deadline = time.monotonic() + _SECONDS
    while wrong := ask():
        if time.monotonic() > deadline:
            raise Undone(f"{what} did not come within {_SECONDS:.0f} s; last: {wrong}")
        trial.reconcile()
        time.sleep(_PAUSE)
