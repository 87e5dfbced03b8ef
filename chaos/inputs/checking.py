"""Puts a case to the check before the job, as the function does: problems in words, and how long it took."""

import io
import time
from dataclasses import dataclass

from chaos.inputs.case import MINIMUM_ROWS, Case, Refused
from marquee.datasets.validation import upload_problems

MOST_SECONDS = 10.0


@dataclass(frozen=True)
class Bytes:
    """The content of an upload, in memory."""

    content: bytes

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        return len(self.content)

    def open(self) -> io.BytesIO:
        """Return a stream of them."""
        return io.BytesIO(self.content)

    def range(self, start: int, end: int) -> bytes:
        """Return those from `start` to `end`, which is excluded."""
        return self.content[start:end]


@dataclass(frozen=True)
class Checked:
    """What the check said; `wrong` is how that differs from what was expected, "" if it does not."""

    problems: list[str]
    seconds: float
    wrong: str


def checked(case: Case) -> Checked:
    """Check one case."""
    started = time.monotonic()
    problems = upload_problems(f"raw/{case.name}", Bytes(case.content), MINIMUM_ROWS)
    seconds = time.monotonic() - started
    return Checked(problems, seconds, _wrong(case, problems, seconds))


def _wrong(case: Case, problems: list[str], seconds: float) -> str:
    if seconds > MOST_SECONDS:
        return f"took {seconds:.1f} s"
    if not isinstance(case.expected, Refused):
        return f"refused: {problems}" if problems else ""
    if not any(case.expected.words in problem for problem in problems):
        return f"not refused with {case.expected.words!r} but {problems}"
    longest = max(map(len, problems))
    return f"a problem of {longest:,} characters" if longest > 2_000 else ""
