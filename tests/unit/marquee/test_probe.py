"""What a candidate has to get right on its trial endpoint, asked without any AWS."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from unittest import mock

import pytest

from marquee.releases.checks import NotVerified
from marquee.releases.predictions import TestRow
from marquee.releases.probe import Latency, Probe
from marquee.services.endpoint import Endpoint, EndpointUnreachable
from tests.unit.marquee.doubles import Model

ROWS = [TestRow(str(n), f"fine {n}", "positive", "positive") for n in range(40)]


def good(text: str) -> dict[str, float]:
    positive = not any(word in text.lower() for word in ("worst", "awful", "dull"))
    return {"positive": 0.9, "negative": 0.1} if positive else {"positive": 0.1, "negative": 0.9}


class Answering(Endpoint):
    """An endpoint that answers in this process."""

    def __init__(self, model: Model, pause: float = 0.0) -> None:
        super().__init__("trial", mock.Mock())
        self._model, self._pause = model, pause
        self.asked = 0

    def ask(self, reviews: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        self.asked += 1
        time.sleep(self._pause)
        predictions = [_prediction(one["id"], self._model(one["text"])) for one in reviews]
        return {"model": {"version": "7"}, "predictions": predictions}


def _prediction(review_id: str, scores: dict[str, float]) -> dict[str, Any]:
    return {"id": review_id, "label": max(scores, key=lambda name: scores[name]), "scores": scores}


def probed(model: Model, version: str = "7") -> Latency:
    return Probe(Answering(model), None, 1000).run(version, ROWS)


def crashing(text: str) -> dict[str, float]:
    if "script>" in text:
        message = "endpoint trial gave no predictions: server error (500)"
        raise EndpointUnreachable(message)
    return good(text)


def test_a_good_candidate_passes() -> None:
    assert probed(good).candidate < 1000


UNFIT = {
    "misreads": (lambda _: {"positive": 0.1, "negative": 0.9}, "misreads 2 of 4 plain reviews"),
    "another model": (
        lambda text: {"positive": 0.1, "negative": 0.9} if text.startswith("fine") else good(text),
        "agrees with the training job's own answers on only 0 of 40",
    ),
    "crashes on the odd": (crashing, "does not answer a review of 55 characters"),
    "no probabilities": (
        lambda text: {"positive": 7.0, "negative": 0.1} if text == "?" else good(text),
        "scores that are no probabilities",
    ),
}


@pytest.mark.parametrize(("model", "says"), UNFIT.values(), ids=UNFIT)
def test_an_unfit_candidate_is_told_what_it_did(model: Model, says: str) -> None:
    with pytest.raises(NotVerified, match=says):
        probed(model)


@pytest.mark.parametrize("number", [0, 9])  # alone, and in the burst
def test_what_only_starts_is_not_called_unfit(number: int) -> None:
    asked = list[str]()

    def throttled(text: str) -> dict[str, float]:
        asked.append(text)
        if asked.count(ROWS[number].review) == 3:
            message = "endpoint trial gave no predictions: ThrottlingException"
            raise EndpointUnreachable(message, starting=True)
        return good(text)

    with pytest.raises(EndpointUnreachable):
        probed(throttled)


def test_another_version_is_not_believed() -> None:
    with pytest.raises(NotVerified, match="answers as version 7, not 8"):
        probed(good, version="8")


def test_a_slow_candidate_is_told_of_soon() -> None:
    candidate = Answering(good, pause=0.02)
    with pytest.raises(NotVerified, match="too slow: nine of ten single reviews are answered within"):
        Probe(candidate, Answering(good), 5).run("7", ROWS)
    assert candidate.asked < 6


def test_a_candidate_is_forgiven_while_the_champion_is_as_slow() -> None:
    Probe(Answering(good, pause=0.005), Answering(good, pause=0.01), 1).run("7", ROWS)


def test_a_champion_that_does_not_answer_is_no_measure() -> None:
    def away(_: str) -> dict[str, float]:
        message = "no endpoint"
        raise EndpointUnreachable(message)

    assert Probe(Answering(good), Answering(away), 1000).run("7", ROWS).champion is None


@pytest.mark.parametrize(
    ("latency", "slow"),
    [
        (Latency(900), False),
        (Latency(1100), True),
        (Latency(1100, 600), False),
        (Latency(1300, 600), True),
    ],
)
def test_too_slow_is_over_the_limit_and_over_twice_the_champion(latency: Latency, slow: bool) -> None:
    assert latency.too_slow(1000) is slow
