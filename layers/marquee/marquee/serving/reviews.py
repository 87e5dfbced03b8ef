"""The body of POST /predict, checked by hand: importing pydantic costs more than the whole prediction.

`web/openapi.json` says the same in JSON Schema; a test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marquee.serving.messages import Refusal

# A serverless endpoint takes 4 MB (SageMaker, "Serverless Inference quotas"), ids and brackets included.
MAX_BODY_BYTES = 3_500_000
MAX_REVIEWS = 100
MAX_ID_CHARACTERS = 128
_SHOWN_PROBLEMS = 10


@dataclass(frozen=True)
class Review:
    """One text to judge; `id` comes back with its prediction."""

    id: str
    text: str


@dataclass(frozen=True)
class Question:
    """What a request asks: the reviews, and whether each answer is to say why."""

    reviews: list[Review]
    explain: bool = False


def read_question(body: bytes) -> Question:
    """Return what a request asks; Refusal names everything that is wrong and where.

    >>> read_question(b'{"text": "What a film!"}')
    Question(reviews=[Review(id='0', text='What a film!')], explain=False)
    """
    content = _parse(body)
    problems = list(_problems(content))
    if problems:
        raise Refusal(422, "invalid_request", _sentence(problems))
    reviews = [content] if "text" in content else content["reviews"]
    judged = [
        Review(review.get("id", str(position)), review["text"]) for position, review in enumerate(reviews)
    ]
    return Question(judged, content.get("explain", False))


def _parse(body: bytes) -> Any:
    if len(body) > MAX_BODY_BYTES:
        message = (
            f"The body has {len(body):,} bytes; {MAX_BODY_BYTES:,} are allowed. Send fewer reviews at once."
        )
        raise Refusal(413, "too_large", message)
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refusal(
            400, "invalid_encoding", f"The body is not UTF-8: byte {error.start} cannot be read."
        ) from None
    except (ValueError, RecursionError) as error:
        message = (
            f'The body is not JSON ({error}). Send {{"text": "..."}} or {{"reviews": [{{"text": "..."}}]}}.'
        )
        raise Refusal(400, "invalid_json", message) from None


def _sentence(problems: list[str]) -> str:
    unshown = len(problems) - _SHOWN_PROBLEMS
    more = f"; and {unshown} more" if unshown > 0 else ""
    return "; ".join(problems[:_SHOWN_PROBLEMS]) + more + "."


def _problems(content: Any) -> Iterator[str]:
    if not isinstance(content, dict) or not content.keys() & {"text", "reviews"}:
        yield "the body must be an object with either `text` or `reviews`"
    elif "text" in content:
        yield from _unknown(content, {"text", "explain"}, "")
        yield from _text_problems(content["text"], "text")
    else:
        yield from _unknown(content, {"reviews", "explain"}, "")
        yield from _list_problems(content["reviews"])
    if isinstance(content, dict) and not isinstance(content.get("explain", False), bool):
        yield "`explain` must be true or false"


def _list_problems(reviews: Any) -> Iterator[str]:
    if not isinstance(reviews, list) or not 1 <= len(reviews) <= MAX_REVIEWS:
        given = f"has {len(reviews):,}" if isinstance(reviews, list) else "is no list"
        yield f"`reviews` must be a list of 1 to {MAX_REVIEWS} reviews, and it {given}"
        return
    for position, review in enumerate(reviews):
        yield from _review_problems(review, f"reviews[{position}]")


def _review_problems(review: Any, where: str) -> Iterator[str]:
    if not isinstance(review, dict) or "text" not in review:
        yield f"`{where}` must be an object with a `text`"
        return
    yield from _unknown(review, {"id", "text"}, f"{where}.")
    yield from _text_problems(review["text"], f"{where}.text")
    if "id" in review:
        yield from _id_problems(review["id"], f"{where}.id")


def _text_problems(text: Any, where: str) -> Iterator[str]:
    if not isinstance(text, str):
        yield f"`{where}` must be a string"
    elif not text.strip():
        yield f"`{where}` is empty"
    elif not _encodable(text):
        yield f"`{where}` holds half a character (a lone surrogate)"


def _id_problems(name: Any, where: str) -> Iterator[str]:
    if not isinstance(name, str) or len(name) > MAX_ID_CHARACTERS or not _encodable(name):
        yield f"`{where}` must be a string of at most {MAX_ID_CHARACTERS} characters"


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unknown(content: dict[str, Any], known: set[str], where: str) -> Iterator[str]:
    for name in content.keys() - known:
        shown = name[:40].encode(errors="replace").decode()
        yield f"`{where}{shown}` is not a field here; there is {' and '.join(sorted(known))}"
