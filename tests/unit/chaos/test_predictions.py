"""Predictions are of the rows that were dropped: as many, the same, in their order, with known labels."""

import pytest

from chaos.predictions import wrong_predictions

DROPPED = b'id,review\r\n0,"one, two"\r\n1,three\r\n'
HEAD = b"id,review,label,confidence\n"
FIRST, SECOND = b'0,"one, two",positive,0.9\n', b"1,three,negative,0.8\n"


def test_a_prediction_of_each_row_in_order_is_right() -> None:
    assert list(wrong_predictions(DROPPED, HEAD + FIRST + SECOND)) == []


@pytest.mark.parametrize(
    ("predicted", "words"),
    [
        (b"", "there are no predictions"),
        (HEAD + FIRST, "1 rows were predicted, not 2"),
        (HEAD + FIRST + SECOND + SECOND, "3 rows were predicted, not 2"),
        (HEAD + SECOND + FIRST, "another order"),
        (HEAD + FIRST + b"1,four,negative,0.8\n", "of other rows"),
        (HEAD + FIRST + b"2,three,negative,0.8\n", "of other rows"),
        (HEAD + FIRST + b"1,three,,0.8\n", "rows are labelled "),
        (HEAD + FIRST + b"1,three,neutralish,0.8\n", "rows are labelled neutralish"),
    ],
)
def test_a_wrong_prediction_is_noticed(predicted: bytes, words: str) -> None:
    assert any(words in sentence for sentence in wrong_predictions(DROPPED, predicted))
