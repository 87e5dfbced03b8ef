"""Who a run is: identifiers derived from the upload, so that a repeat is recognised."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

_SLUG_LENGTH = 20
_ATTEMPT_ID = re.compile(r"(?P<run_id>.+-[0-9a-f]{10})(?:-(?P<number>\d{1,4}))?")


def run_id_of(bucket: str, key: str, etag: str) -> str:
    """Return the run of one content under one name: `<slug of the file name>-<10 hex>`."""
    digest = hashlib.sha256(f"{bucket}/{key}/{etag.strip(chr(34))}".encode()).hexdigest()
    return f"{_slug(key)}-{digest[:10]}"


def _slug(key: str) -> str:
    stem = PurePosixPath(key).name.split(".")[0].lower()
    slug = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:_SLUG_LENGTH].strip("-")
    return slug or "upload"


@dataclass(frozen=True)
class Attempt:
    """One try of a run; every name in every service is derived from its `id`."""

    run_id: str
    number: int = 1

    @property
    def id(self) -> str:
        """`run_id` for the first attempt, `run_id-2` and so on after it."""
        return self.run_id if self.number == 1 else f"{self.run_id}-{self.number}"

    @classmethod
    def parse(cls, attempt_id: str) -> "Attempt":
        """Read an attempt_id back; ValueError if it is none of ours."""
        match = _ATTEMPT_ID.fullmatch(attempt_id)
        if match is None:
            message = (
                f"{attempt_id!r} is not an attempt_id (expected <slug>-<10 hex>, perhaps with -<number>)"
            )
            raise ValueError(message)
        return cls(match["run_id"], int(match["number"] or 1))


def is_attempt(name: str) -> bool:
    """Whether a name is an attempt_id."""
    return _ATTEMPT_ID.fullmatch(name) is not None
