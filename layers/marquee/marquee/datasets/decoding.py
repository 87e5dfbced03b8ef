"""The lines of an upload: UTF-8, or a word about the byte that is not."""

import codecs
from collections.abc import Iterable, Iterator

from marquee.datasets.signatures import content_problem
from marquee.datasets.tally import SampleEnded

# That of UTF-32 in little endian begins like that of UTF-16.
_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
# Several fields of the longest length the ETL job reads.
_LONGEST_LINE = 40_000_000
# Blank lines are no rows, and cost time all the same.
_SAMPLE_LINES = 3_000_000


class NotText(Exception):
    """The content is so far from UTF-8 lines that nothing else can be said about it."""


class Utf8Lines:
    """Iterates over lines with their ends; remembers the first byte that is wrong and reads on."""

    def __init__(self, chunks: Iterable[bytes], most_bytes: int) -> None:
        self._chunks = chunks
        self._most = most_bytes
        self._invalid = ""
        self._nul = ""
        self.complete = False

    def __iter__(self) -> Iterator[str]:
        """Yield lines ended by a line feed alone; a carriage return before it stays."""
        rest, number = "", 0
        for text in self._texts():
            *lines, rest = (rest + text).split("\n")
            number += len(lines)
            if number > _SAMPLE_LINES:
                raise SampleEnded
            yield from (f"{line}\n" for line in lines)
            if len(rest) > _LONGEST_LINE:
                message = f"A line is longer than {_LONGEST_LINE:,} characters; are its line ends missing?"
                raise NotText(message)
        if rest:
            yield rest

    def problems(self) -> list[str]:
        """Return what was wrong with the bytes read so far."""
        return [problem for problem in (self._invalid, self._nul) if problem]

    def _texts(self) -> Iterator[str]:
        offset, pending = 0, b""
        for chunk in self._chunks:
            if offset == 0 and not pending:
                _refuse_no_text(chunk)
            text, pending, offset = self._decoded(pending + chunk, offset, final=False)
            yield text
            if offset > self._most:
                raise SampleEnded
        text, _, _ = self._decoded(pending, offset, final=True)
        self.complete = True
        yield text

    def _decoded(self, data: bytes, offset: int, final: bool) -> tuple[str, bytes, int]:
        self._nul = self._nul or _nul(data, offset)
        try:
            text, used = codecs.utf_8_decode(data, "strict", final)
        except UnicodeDecodeError as error:
            self._invalid = self._invalid or _invalid(data, offset, error)
            text, used = codecs.utf_8_decode(data, "replace", final)
        return text.removeprefix("\ufeff") if offset == 0 else text, data[used:], offset + used


def _refuse_no_text(chunk: bytes) -> None:
    if problem := content_problem(chunk):
        raise NotText(problem)
    head = chunk[:1000]
    if head.startswith(_BYTE_ORDER_MARKS) or head.count(0) > len(head) / 4:
        message = "The file looks like UTF-16 or UTF-32, or is no text; save it as UTF-8 and upload it again."
        raise NotText(message)


def _nul(data: bytes, offset: int) -> str:
    at = data.find(b"\0")
    return "" if at < 0 else f"There is a NUL byte at byte {offset + at:,}; the file is damaged or no text."


def _invalid(data: bytes, offset: int, error: UnicodeDecodeError) -> str:
    return (
        f"Byte {offset + error.start:,} (0x{data[error.start]:02X}) is not UTF-8; "
        "save the file as UTF-8 and upload it again."
    )
