"""predict: the API and the page behind the function URL."""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path
from typing import Any

from marquee.ledger import Ledger, RunNotFound
from marquee.serving import site, telemetry, views
from marquee.serving.connection import Connection, runtime_url
from marquee.serving.endpoint import Endpoint
from marquee.serving.messages import Answer, Refusal, Request
from marquee.serving.reviews import Review, read_question
from marquee.serving.routes import Router

router = Router()

# One is 31 characters long; DynamoDB takes no key above 2,048 bytes, and says so with an error.
_LONGEST_RUN_ID = 100


@cache
def _endpoint() -> Endpoint:
    return Endpoint(os.environ["ENDPOINT_NAME"], Connection(runtime_url(), os.environ["AWS_REGION"]))


def _ledger() -> Ledger:
    # Brings boto3 along when it is made, not before.
    return Ledger(os.environ["LEDGER_TABLE"])


@router.route("POST", "/predict")
def predict(request: Request) -> Answer:
    """Judge the reviews in the body."""
    question = read_question(request.body)
    answer = _endpoint().predict(question.reviews, question.explain)
    model = answer["model"]
    about = {"run_id": model["run_id"], "version": model["version"], "variant": model["variant"]}
    return Answer.of(answer, about={**about, "reviews": len(question.reviews)})


@router.route("GET", "/health")
def health(_: Request) -> Answer:
    """Say whether a prediction can be made now, by making one."""
    answer = _endpoint().predict([Review("health", "A film.")])
    return Answer.of({"status": "ok", "model": answer["model"]})


@router.route("GET", "/runs")
def runs(_: Request) -> Answer:
    """List the newest runs, newest first."""
    return Answer.of({"runs": [views.run_summary(run) for run in _ledger().runs(limit=20)]})


@router.route("GET", "/runs/{run_id}")
def run(_: Request, run_id: str) -> Answer:
    """Show one run with its history and its facts."""
    try:
        if len(run_id) > _LONGEST_RUN_ID:
            raise RunNotFound(run_id)
        return Answer.of(views.run_details(_ledger().get(run_id)), about={"run_id": run_id})
    except RunNotFound:
        raise Refusal(404, "no_such_run", f"There is no run {run_id[:80]}. GET /runs lists them.") from None


@router.route("GET", "/model")
def model(_: Request) -> Answer:
    """Show the model that answers, and how good it is."""
    champion = _ledger().champion()
    if champion is None:
        raise Refusal(404, "no_model", "No model is live yet. GET /runs shows what is under way.")
    return Answer.of(views.model_details(champion, _ledger().get(champion.run_id)))


for _path, _file in {**site.pages(Path(__file__).parent / "web"), **site.swagger()}.items():
    router.route("GET", _path)(partial(site.serve, _file))


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one HTTP request; whatever happens, the caller gets JSON and no stack trace."""
    call = event["requestContext"]
    began = telemetry.begin(call["requestId"])
    try:
        answer = router.dispatch(Request.of(event))
    except Refusal as refusal:
        answer = Answer.refusing(refusal)
    except Exception:  # the outermost border: Lambda would answer 502 and say nothing
        telemetry.logger().exception("request %s failed", call["requestId"])
        message = f"Something broke inside. The function's log tells more under request {call['requestId']}."
        answer = Answer.refusing(Refusal(500, "internal_error", message))
    telemetry.record(call["http"], answer, began)
    return answer.for_lambda(call["http"]["method"])
