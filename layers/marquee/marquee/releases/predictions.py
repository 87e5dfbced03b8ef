"""The rows two models are compared on, and what a model says about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marquee.releases.archive import ArchiveError
from marquee.services.endpoint import EndpointUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from marquee.services.endpoint import Endpoint

# InvokeEndpoint takes 6 MB (4 MB serverless) and 60 s: far below both, at 20 ms a review.
_BATCH_ROWS = 200
_BATCH_BYTES = 2**20
_LARGEST_BYTES = 3 * 2**20
# 5,000 rows put the standard error of a 90% accuracy at 0.4 points; more only costs time.
_MOST_ROWS = 5_000
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True)
class TestRow:
    """One row of the test split, with the label the candidate likes best."""

    review_id: str
    review: str
    label: str
    predicted: str

    __test__ = False

    @property
    def size(self) -> int:
        """The review's bytes."""
        return len(self.review.encode())

    @classmethod
    def parse(cls, line: Mapping[str, Any]) -> TestRow:
        """Read one line of test.jsonl; ArchiveError if it lacks something."""
        try:
            return cls(line["review_id"], line["review"], line["label"], best(line["scores"]))
        except (KeyError, TypeError, ValueError) as error:
            message = f"a line of test.jsonl lacks what it must hold: {error!r}"
            raise ArchiveError(message) from error


def best(scores: Mapping[str, float]) -> str:
    """Return the label of the highest score: the model's choice where `neutral` is no answer."""
    return max(scores, key=lambda label: scores[label])


def comparable(lines: Iterable[Mapping[str, Any]], most: int = _MOST_ROWS) -> list[TestRow]:
    """Return the first rows (they are shuffled) an endpoint can be asked, bounded in number and bytes."""
    rows: list[TestRow] = []
    held = 0
    for row in map(TestRow.parse, lines):
        if row.size > _LARGEST_BYTES:
            continue
        held += row.size
        if len(rows) == most or held > _MOST_BYTES:
            break
        rows.append(row)
    return rows


def ask(endpoint: Endpoint, rows: Sequence[TestRow]) -> dict[str, str]:
    """Return the endpoint's choice for every row, by review_id; EndpointUnreachable if it fails."""
    choices: dict[str, str] = {}
    for batch in _batches(rows):
        answer = endpoint.ask([{"id": row.review_id, "text": row.review} for row in batch])
        choices.update(choices_of(answer))
    missing = [row.review_id for row in rows if row.review_id not in choices]
    if missing:
        message = (
            f"endpoint {endpoint.name} left out {len(missing)} of {len(rows)} reviews, first {missing[0]}"
        )
        raise EndpointUnreachable(message)
    return choices


def choices_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the best label by id of one answer; EndpointUnreachable if it is not in the contract's shape."""
    try:
        return {item["id"]: best(item["scores"]) for item in answer["predictions"]}
    except (KeyError, TypeError, ValueError) as error:
        message = f"the endpoint answered in another shape than predictions: {error!r}"
        raise EndpointUnreachable(message) from error


def accuracy(rows: Sequence[TestRow], choices: Mapping[str, str]) -> float:
    """Return the share of rows whose choice is their label, between 0 and 1."""
    return sum(choices[row.review_id] == row.label for row in rows) / len(rows)


def _batches(rows: Sequence[TestRow]) -> Iterator[list[TestRow]]:
    batch: list[TestRow] = []
    held = 0
    for row in rows:
        if batch and (len(batch) == _BATCH_ROWS or held + row.size > _BATCH_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(row)
        held += row.size
    if batch:
        yield batch
