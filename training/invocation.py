"""What a request to the endpoint says, and why one is refused."""

import json
from dataclasses import dataclass
from typing import Any

JSON = "application/json"
JSON_LINES = ("application/jsonlines", "application/x-jsonlines")


@dataclass(frozen=True)
class Review:
    """One text to judge; the id goes back with the answer."""

    id: str
    text: str


@dataclass(frozen=True)
class Invocation:
    """The reviews of one request, and whether they came as JSON lines: the answer has the same form."""

    reviews: list[Review]
    lines: bool
    explain: bool = False


@dataclass(frozen=True)
class Refusal:
    """A request that cannot be answered: an HTTP status, a code for programs and a sentence for people."""

    status: str
    code: str
    message: str


class BadRequest(ValueError):
    """The request cannot be read; the message says where and why."""


def read_invocation(body: str | bytes, content_type: str) -> Invocation | Refusal:
    """Parse a request body. The image hands JSON over as text and everything else as bytes."""
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    if kind != JSON and kind not in JSON_LINES:
        sentence = f"Content-Type {kind!r} is not served; send {JSON} or {JSON_LINES[0]}."
        return Refusal("415 Unsupported Media Type", "unsupported_media_type", sentence)
    try:
        text = body if isinstance(body, str) else body.decode("utf-8-sig")
        if kind == JSON:
            return _document(_parse(text, "The body"))
        return Invocation(_lines(text), lines=True)
    except UnicodeDecodeError as error:
        return _bad(f"The body is not UTF-8: byte {error.start} cannot be read.")
    except BadRequest as error:
        return _bad(str(error))


def _bad(sentence: str) -> Refusal:
    return Refusal("400 Bad Request", "bad_request", sentence)


def _document(content: dict[str, Any]) -> Invocation:
    reviews, explain = content.get("reviews"), content.get("explain", False)
    if not isinstance(reviews, list) or not reviews:
        raise BadRequest(
            'The body must be {"reviews": [{"id": "...", "text": "..."}]} with at least one review.'
        )
    if not isinstance(explain, bool):
        raise BadRequest('"explain" must be true or false.')
    judged = [_review(item, index, f"Review {index + 1}") for index, item in enumerate(reviews)]
    return Invocation(judged, lines=False, explain=explain)


def _lines(text: str) -> list[Review]:
    # Only a newline ends a line: str.splitlines would also cut at separators that JSON allows in a text.
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        raise BadRequest("The body holds no line.")
    return [_review(_parse(line, f"Line {n + 1}"), n, f"Line {n + 1}") for n, line in enumerate(lines)]


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a ValueError
        raise BadRequest(f"{where} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise BadRequest(f"{where} must be a JSON object.")
    return value


def _review(item: Any, index: int, where: str) -> Review:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise BadRequest(f'{where} needs a "text" that is a string.')
    identity = item.get("id", str(index))
    if isinstance(identity, bool) or not isinstance(identity, str | int):
        raise BadRequest(f'{where}: "id" must be a string or a whole number.')
    return Review(str(identity), item["text"])
