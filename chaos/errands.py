"""What a person does on a stage, repeated until it is done: its function may be what dies."""

import json
import time
import urllib.error
import urllib.request

from chaos.trial import Trial
from marquee.releases.champions import before

_SECONDS = 60.0
_PAUSE = 0.5


def ask_for_a_prediction(trial: Trial) -> None:
    """POST /predict until it answers 200."""
    body = json.dumps({"text": "a wonderful, brilliant film"}).encode()
    url = f"{trial.stage.account.address}predict"
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            error.close()
        time.sleep(_PAUSE)


def roll_back(trial: Trial) -> None:
    """Bring the champion before this one back, until the function says that it is done."""
    champion = trial.stage.account.ledger().champion()
    target = before(champion) if champion else None
    if target is None:
        return
    payload, deadline = json.dumps({"version": target.version}).encode(), time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        answer = json.loads(trial.stage.invoke("roll-back", payload))
        if answer.get("status") in ("done", "failed"):
            return
        trial.reconcile()
        time.sleep(_PAUSE)
