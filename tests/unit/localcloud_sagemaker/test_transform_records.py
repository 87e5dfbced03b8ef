"""Records of batch transform."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.sagemaker.transform_records import RecordError, assemble, join, requests

LINES = st.lists(
    st.binary(min_size=1, max_size=40).map(lambda b: b.replace(b"\n", b"x") + b"\n"), max_size=30
)


def job(**changes: Any) -> dict[str, Any]:
    """A job of whole lines, many to a request."""
    return {"TransformInput": {"SplitType": "Line"}, "TransformOutput": {"AssembleWith": "Line"}} | changes


@given(LINES)
def test_many_record_requests_hold_every_line_once_and_in_order(lines: list[bytes]) -> None:
    bodies = list(requests(lines, job()))

    assert b"".join(bodies) == b"".join(line for line in lines if line.strip())


def test_requests_stay_below_the_limit_and_a_larger_record_is_refused() -> None:
    lines = [b"x" * 400_000 + b"\n"] * 7

    bodies = list(requests(lines, job(MaxPayloadInMB=1)))

    assert [len(body) for body in bodies] == [800_002, 800_002, 800_002, 400_001]
    with pytest.raises(RecordError, match="over MaxPayloadInMB"):
        list(requests([b"x" * 1_100_000], job(MaxPayloadInMB=1)))


def test_a_limit_of_zero_is_none() -> None:
    assert len(list(requests([b"x" * 100 + b"\n"] * 9, job(MaxPayloadInMB=0)))) == 1


def test_single_record_requests_are_lines_without_their_newline() -> None:
    assert list(requests([b"a\n", b"\n", b"b\r\n", b"c"], job(BatchStrategy="SingleRecord"))) == [
        b"a",
        b"b",
        b"c",
    ]


def test_without_splitting_an_object_is_one_request() -> None:
    assert list(requests([b"a\n", b"\n", b"b"], job(TransformInput={}))) == [b"a\n\nb"]


def test_answers_end_with_one_newline_when_assembled_by_line() -> None:
    assert [assemble(answer, job()) for answer in (b"a", b"a\n", b"")] == [b"a\n", b"a\n", b""]
    assert assemble(b"a", job(TransformOutput={})) == b"a"


def test_an_answer_joins_its_record_by_line() -> None:
    body = '{"id": 1, "text": "a\u2028b"}\n"plain"\n'.encode()

    joined = join(body, b'{"label": "x"}\n["y"]\n', "application/jsonlines")

    assert [json.loads(line) for line in joined.split(b"\n") if line] == [
        {"id": 1, "text": "a\u2028b", "SageMakerOutput": {"label": "x"}},
        {"SageMakerInput": "plain", "SageMakerOutput": ["y"]},
    ]
    assert join(b"1,2\r\n", b"0.5\n", "text/csv") == b"1,2,0.5\n"


def test_answers_that_do_not_match_their_records_are_refused() -> None:
    with pytest.raises(RecordError, match="mismatched line count"):
        join(b"1\n2\n", b"1\n", "application/jsonlines")
