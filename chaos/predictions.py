"""What a batch must have given: a prediction for each row that was dropped, in the order of the file."""

import csv
import io
from collections.abc import Iterator, Sequence

from chaos.uploads import LABELS


def wrong_predictions(dropped: bytes, predicted: bytes) -> Iterator[str]:
    """Yield a sentence for each way in which a batch's CSV is not about the rows of the file."""
    if not predicted:
        yield "it is DONE, but there are no predictions"
        return
    asked, answered = _rows(dropped), _rows(predicted)
    if len(asked) != len(answered):
        yield f"{len(answered)} rows were predicted, not {len(asked)}"
    columns = list(asked[0]) if asked else []
    if _only(asked, columns) != _only(answered, columns):
        yield "the predictions are of other rows, or in another order"
    unknown = sorted({str(row.get("label")) for row in answered} - set(LABELS))
    if unknown:
        yield f"rows are labelled {', '.join(unknown)}"


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _only(rows: Sequence[dict[str, str]], columns: Sequence[str]) -> list[list[str | None]]:
    return [[row.get(column) for column in columns] for row in rows]
