"""The endpoint: the four functions that SageMaker's scikit-learn image calls.

The image wraps whatever these functions raise into a 500 with an HTML page. A refused request
therefore travels as a value, and `output_fn` returns it as a WSGI response, which the image's
Flask passes on with its status (docs/architecture.md, "Endpoint").
"""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from algorithms import Algorithm, algorithm, explaining
from archive import check_digest, read_archive
from cleaning import clean
from invocation import JSON, JSON_LINES, Invocation, Refusal, read_invocation
from thresholds import served_label

_MOST_REASONS = 10

Response = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class ServedModel:
    """A loaded model archive."""

    algorithm: Algorithm
    weights: Any
    labels: list[str]
    thresholds: dict[str, float]
    identity: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """Predictions in the order of the reviews, and the form they go back in."""

    identity: dict[str, str]
    predictions: list[dict[str, Any]]
    lines: bool


def model_fn(model_dir: str) -> ServedModel:
    """Load the archive in `model_dir`: the one that was judged, weights that its model.json vouches for."""
    folder = Path(model_dir)
    check_digest(folder, os.environ)
    document = read_archive(folder)
    module = algorithm(document["algorithm"])
    version = os.environ.get("MODEL_VERSION") or document["version"]
    identity = {"version": version, "run_id": document["run_id"], "algorithm": document["algorithm"]}
    weights = module.load(folder)
    # Tables that a model makes on first use are made now, not in the first caller's time.
    module.predict(weights, [""])
    return ServedModel(module, weights, document["labels"], document["thresholds"], identity)


def input_fn(body: str | bytes, content_type: str) -> Invocation | Refusal:
    """Read a request."""
    return read_invocation(body, content_type)


def predict_fn(request: Invocation | Refusal, model: ServedModel) -> Answer | Refusal:
    """Clean the texts as the training data was cleaned, and judge them."""
    if isinstance(request, Refusal):
        return request
    texts = [clean(review.text) for review in request.reviews]
    scores = model.algorithm.predict(model.weights, texts)
    predictions = [
        _prediction(model, review.id, row)
        for review, row in zip(request.reviews, scores.tolist(), strict=True)
    ]
    if request.explain:
        for prediction, text in zip(predictions, texts, strict=True):
            prediction.update(_explanation(model, text))
    return Answer(model.identity, predictions, request.lines)


def output_fn(answer: Answer | Refusal, accept: str) -> tuple[str, str] | Response:
    """Write the answer as the request came, in JSON or in JSON lines; a refusal as a WSGI response."""
    if isinstance(answer, Refusal):
        return _refusal(answer)
    if accept.split(";", maxsplit=1)[0].strip().lower() not in (JSON, *JSON_LINES, "*/*", "application/*"):
        sentence = f"Accept {accept!r} cannot be served; accept {JSON} or {JSON_LINES[0]}."
        return _refusal(Refusal("406 Not Acceptable", "not_acceptable", sentence))
    if answer.lines:
        return "".join(json.dumps(prediction) + "\n" for prediction in answer.predictions), JSON_LINES[0]
    return json.dumps({"model": answer.identity, "predictions": answer.predictions}), JSON


def _prediction(model: ServedModel, identity: str, scores: list[float]) -> dict[str, Any]:
    return {
        "id": identity,
        "label": served_label(model.labels, scores, model.thresholds),
        "confidence": round(max(scores), 4),
        "scores": {label: round(score, 4) for label, score in zip(model.labels, scores, strict=True)},
    }


def _explanation(model: ServedModel, text: str) -> dict[str, Any]:
    """Return the explanation of an answer; nothing if the model cannot give one."""
    method = explaining(model.algorithm)
    if not method:
        return {}
    reasons = method.explain(model.weights, text, _MOST_REASONS)
    shown = [
        {"phrase": one.phrase, "label": model.labels[one.label], "weight": round(one.weight, 4)}
        for one in reasons
    ]
    return {"explanation": shown}


def _refusal(refusal: Refusal) -> Response:
    body = json.dumps({"code": refusal.code, "message": refusal.message}).encode()

    def respond(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response(refusal.status, [("Content-Type", JSON), ("Content-Length", str(len(body)))])
        return [body]

    return respond
