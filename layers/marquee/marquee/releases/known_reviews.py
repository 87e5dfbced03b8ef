"""Reviews nobody can misread: what a released sentiment model must not get wrong."""

from collections.abc import Mapping
from typing import Any

KNOWN = {
    "positive": (
        "This movie was absolutely fantastic! A wonderful, brilliant film, superb acting, I loved it.",
        "One of the best films I have ever seen: beautiful, moving and excellent from start to finish.",
    ),
    "negative": (
        "Worst movie I've ever seen. A boring, terrible waste of time with awful acting.",
        "Awful. The plot is stupid, the acting is horrible and I hated every dull minute of it.",
    ),
}
_OPPOSITE = {"positive": "negative", "negative": "positive"}


def questions() -> list[dict[str, str]]:
    """Return the known reviews as an endpoint takes them; the id names the true label."""
    return [
        {"id": f"{label}-{number}", "text": text}
        for label, texts in KNOWN.items()
        for number, text in enumerate(texts)
    ]


def misread(predictions: list[Mapping[str, Any]]) -> list[str]:
    """Return the known reviews that were given the opposite label.

    `neutral` is no mistake: a model for another language knows none of these words.
    """
    texts = {question["id"]: question["text"] for question in questions()}
    return [
        texts[item["id"]]
        for item in predictions
        if item["label"] == _OPPOSITE[str(item["id"]).split("-", 1)[0]]
    ]
