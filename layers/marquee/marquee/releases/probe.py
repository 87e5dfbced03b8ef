"""Asking a candidate on its trial endpoint: answers, errors, and latency beside the champion's."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from marquee.releases.checks import NotVerified, check_known_reviews, check_test_rows
from marquee.releases.odd_reviews import ODD, odd_questions
from marquee.releases.predictions import TestRow
from marquee.services.endpoint import Endpoint, EndpointUnreachable

_TIMED = 12
_TIMED_SECONDS = 60.0
_FEW = 3
_AT_ONCE = 4  # below the MaxConcurrency of a serverless endpoint
_BURST = 12
_DECILE = 0.9
# A candidate over the limit is forgiven while everything is slow: up to this many times the champion's.
_SLOWER = 2.0


@dataclass(frozen=True)
class Latency:
    """Nine of ten single reviews were answered within this many milliseconds."""

    candidate: float
    champion: float | None = None

    def too_slow(self, limit: float) -> bool:
        """Whether it is over the limit, and not only because everything is slow in this minute."""
        if self.candidate <= limit:
            return False
        return self.champion is None or self.candidate > _SLOWER * self.champion

    def sentence(self) -> str:
        """Say both."""
        beside = "" if self.champion is None else f", the champion's in {self.champion:.0f} ms"
        return f"nine of ten single reviews are answered within {self.candidate:.0f} ms{beside}"


@dataclass(frozen=True)
class Probe:
    """Puts questions to a candidate; NotVerified or EndpointUnreachable says what is wrong with it."""

    candidate: Endpoint
    champion: Endpoint | None
    max_latency_ms: float

    def run(self, version: str, rows: Sequence[TestRow]) -> Latency:
        """Ask everything there is to ask; the first request also warms the candidate up."""
        check_known_reviews(self.candidate, version)
        latency = self._latency(rows)
        if latency.too_slow(self.max_latency_ms):
            message = f"it is too slow: {latency.sentence()}; {self.max_latency_ms:.0f} ms is the limit"
            raise NotVerified(message)
        check_test_rows(self.candidate, rows)
        self._check_odd_reviews()
        self._check_burst(rows)
        return latency

    def _latency(self, rows: Sequence[TestRow]) -> Latency:
        """Time single reviews, candidate and champion in turn, so that both meet the same minute."""
        ours: list[float] = []
        theirs: list[float] = []
        champion = self.champion
        until = time.monotonic() + _TIMED_SECONDS
        for row in islice(cycle(rows), _TIMED):
            question = [{"id": row.review_id, "text": row.review}]
            ours.append(_timed(self.candidate, question))
            try:
                theirs += [_timed(champion, question)] if champion else []
            except EndpointUnreachable:
                champion = None  # one that does not answer is no measure
            if time.monotonic() > until or self._hopeless(ours, theirs):
                break
        return Latency(_decile(ours), _decile(theirs) if champion and theirs else None)

    def _hopeless(self, ours: Sequence[float], theirs: Sequence[float]) -> bool:
        """Whether even the fastest of a few answers is too slow."""
        if len(ours) < _FEW:
            return False
        return Latency(min(ours), max(theirs, default=None)).too_slow(self.max_latency_ms)

    def _check_odd_reviews(self) -> None:
        try:
            self._check([*odd_questions()], f"the {len(ODD)} odd reviews together")
        except NotVerified:
            for question in odd_questions():  # which of them it was
                self._check([question], _shown(question))
            raise

    def _check(self, questions: list[dict[str, str]], what: str) -> None:
        try:
            answer = self.candidate.ask(questions)
        except EndpointUnreachable as error:
            if error.starting:
                raise  # of the endpoint, not of the candidate; the trial bounds how often
            message = f"it does not answer {what}: {error}"
            raise NotVerified(message) from error
        _check_answer(answer, questions, what)

    def _check_burst(self, rows: Sequence[TestRow]) -> None:
        what = f"one of {_AT_ONCE} reviews asked at once"
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            asked = [
                threads.submit(self._check, [{"id": row.review_id, "text": row.review}], what)
                for row in rows[:_BURST]
            ]
        for one in asked:
            one.result()


def _timed(endpoint: Endpoint, question: list[dict[str, str]]) -> float:
    """Milliseconds of one request."""
    began = time.perf_counter()
    endpoint.ask(question)
    return (time.perf_counter() - began) * 1000


def _decile(values: Sequence[float]) -> float:
    return sorted(values)[int(_DECILE * (len(values) - 1))]


def _shown(question: Mapping[str, str]) -> str:
    text = question["text"]
    return f"a review of {len(text):,} characters, {text[:20]!r}"


def _check_answer(answer: Mapping[str, Any], asked: Sequence[Mapping[str, str]], what: str) -> None:
    predictions = answer.get("predictions", [])
    if [item.get("id") for item in predictions] != [question["id"] for question in asked]:
        message = f"it answers {what} with {len(predictions)} predictions, or not about them"
        raise NotVerified(message)
    for item in predictions:
        scores = item.get("scores", {})
        if not scores or not all(0 <= score <= 1 for score in scores.values()):
            message = f"it answers {what} with scores that are no probabilities: {scores!r}"
            raise NotVerified(message)
