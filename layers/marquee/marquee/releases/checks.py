"""What any endpoint that serves a model of ours has to get right, asked by its contract."""

from collections.abc import Sequence
from typing import Any

from marquee.releases.known_reviews import KNOWN, misread, questions
from marquee.releases.predictions import TestRow, ask
from marquee.services.endpoint import Endpoint, EndpointState

# Served and evaluated in different processes, so a row on the border may tip over.
_AGREEMENT = 0.9


class NotVerified(Exception):
    """An endpoint does not serve the model as it should; says how."""


def check_known_reviews(endpoint: Endpoint, version: str) -> None:
    """Ask the plain reviews; NotVerified if another version answers, not all of them, or plainly wrong."""
    answer = endpoint.ask(questions())
    _check_version(answer, version)
    predictions = answer.get("predictions", [])
    if len(predictions) != len(questions()):
        message = f"the endpoint answered {len(predictions)} of {len(questions())} known reviews"
        raise NotVerified(message)
    labels = {label for item in predictions for label in item.get("scores", {})}
    wrong = misread(predictions) if labels == set(KNOWN) else []
    if wrong:
        message = f"the model misreads {len(wrong)} of {len(questions())} plain reviews, such as {wrong[0]!r}"
        raise NotVerified(message)


def check_test_rows(endpoint: Endpoint, rows: Sequence[TestRow]) -> None:
    """Ask test reviews; NotVerified if the answers are not those of the training job."""
    choices = ask(endpoint, rows)
    same = sum(choices[row.review_id] == row.predicted for row in rows)
    if same < _AGREEMENT * len(rows):
        message = (
            f"the endpoint agrees with the training job's own answers on only {same} of {len(rows)} "
            "test reviews: it serves another model, or serves this one differently"
        )
        raise NotVerified(message)


def check_config(name: str, state: EndpointState | None, config: str) -> None:
    """NotVerified if the endpoint `name` does not run a config."""
    if state is None:
        message = f"endpoint {name} is gone: somebody deleted it during the release"
        raise NotVerified(message)
    why = f": {state.failure}" if state.failure else ""
    if state.status != "InService":
        message = f"endpoint {name} is {state.status}{why}"
        raise NotVerified(message)
    if state.config != config:
        # SageMaker reports InService after a rollback too ("Auto-Rollback Configuration").
        message = (
            f"SageMaker rolled the endpoint back without saying so: it is InService with {state.config}, "
            f"not with {config}{why}"
        )
        raise NotVerified(message)


def _check_version(answer: dict[str, Any], version: str) -> None:
    answered = str(answer.get("model", {}).get("version", ""))
    if answered != version:
        message = f"the endpoint answers as version {answered or 'unknown'}, not {version}"
        raise NotVerified(message)
