"""Batch transform's records: split from an object, packed into requests, joined with their answers.

After https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html and
batch-transform-data-processing.html.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_MEGABYTE = 1024 * 1024
_UNLIMITED = 100
"""What MaxPayloadInMB 0 stands for here, in MB: AWS streams such an object, and allows 100 MB otherwise."""


class RecordError(Exception):
    """Records that cannot be sent, or answers that do not fit them."""


def requests(lines: Iterable[bytes], parameters: dict[str, Any]) -> Iterator[bytes]:
    """The bodies that an object's lines are sent in.

    Without SplitType the whole object is one body; a SingleRecord body is one line without its
    newline; a MultiRecord body is as many whole lines as MaxPayloadInMB holds.
    """
    limit = (parameters.get("MaxPayloadInMB", 6) or _UNLIMITED) * _MEGABYTE
    if parameters["TransformInput"].get("SplitType", "None") == "None":
        yield _fitting(b"".join(lines), limit)
    elif parameters.get("BatchStrategy", "MultiRecord") == "SingleRecord":
        yield from (_fitting(line.rstrip(b"\r\n"), limit) for line in lines if line.strip())
    else:
        yield from _packed(lines, limit)


def assemble(answer: bytes, parameters: dict[str, Any]) -> bytes:
    """One answer as it goes into the output object."""
    if parameters["TransformOutput"].get("AssembleWith", "None") == "None":
        return answer
    return answer if answer.endswith(b"\n") or not answer else answer + b"\n"


def join(body: bytes, answer: bytes, content_type: str) -> bytes:
    """Every input record together with its answer (JoinSource Input)."""
    records, answers = _lines(body), _lines(answer)
    if len(records) != len(answers):
        raise RecordError(
            f"Fail to join data: mismatched line count between the input and the output: "
            f"{len(records)} records, {len(answers)} answers"
        )
    joined = _join_csv if content_type.startswith("text/csv") else _join_json
    return b"".join(joined(record, result) + b"\n" for record, result in zip(records, answers, strict=True))


def _packed(lines: Iterable[bytes], limit: int) -> Iterator[bytes]:
    pending: list[bytes] = []
    size = 0
    for line in lines:
        if not line.strip():
            continue
        if pending and size + len(line) > limit:
            yield b"".join(pending)
            pending, size = [], 0
        pending.append(_fitting(line, limit))
        size += len(line)
    if pending:
        yield b"".join(pending)


def _fitting(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise RecordError(f"a record of {len(body)} bytes is over MaxPayloadInMB ({limit} bytes)")
    return body


def _lines(body: bytes) -> Sequence[bytes]:
    # Only a newline ends a record: bytes.splitlines would cut at a lone carriage return too.
    return [line for line in body.split(b"\n") if line.strip()]


def _join_csv(record: bytes, answer: bytes) -> bytes:
    return record.rstrip(b"\r") + b"," + answer.rstrip(b"\r")


def _join_json(record: bytes, answer: bytes) -> bytes:
    value = json.loads(record)
    source = value if isinstance(value, dict) else {"SageMakerInput": value}
    return json.dumps({**source, "SageMakerOutput": json.loads(answer)}).encode()
