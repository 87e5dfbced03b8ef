"""What a person or a program sees: progress on stderr, the result on stdout."""

# ruff: noqa: PLC0415 - rich costs 0.15 s, and `--json` and `--help` do without it

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from marquee.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console, RenderableType

_PLAIN_PROGRESS_SECONDS = 5.0
_PIPE_WIDTH = 120
"""Columns of a table where neither a terminal nor COLUMNS says how wide it is."""


def duration(seconds: float) -> str:
    """Seconds as a person reads them: `0.4 s`, `12.3 s`, `3 min 20 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def size(count: int) -> str:
    """Bytes as a person reads them: `8 bytes`, `4.2 kB`, `13.4 MB`."""
    if count < 1e3:
        return f"{count} bytes"
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


class Terminal:
    """The two streams of one command; `as_json`: only JSON on stdout."""

    def __init__(self, as_json: bool = False) -> None:
        self.as_json = as_json

    @cached_property
    def progress(self) -> Console:
        """The console that progress goes to."""
        from cli.screen import Screen

        return Screen(stderr=True, highlight=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """One line for the person who waits."""
        self.progress.print(text, markup=False)

    def show(self, result: Any, view: RenderableType | Callable[[], RenderableType]) -> None:
        """The result of the command: `result` as JSON, or `view` for a person."""
        if self.as_json:
            print(printable(json.dumps(result, indent=2, ensure_ascii=False, default=_plain)))
            return
        from cli.screen import Screen

        shown, console = view() if callable(view) else view, Screen(highlight=False)
        if not console.is_terminal and "COLUMNS" not in os.environ:
            console.width = _PIPE_WIDTH
        # A line of text is whole even where it is long, so that it can be copied.
        console.print(shown, soft_wrap=isinstance(shown, str), markup=not isinstance(shown, str))

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show that `title` is under way, then how long it took; the callable changes what is told of it."""
        began, mark = time.monotonic(), "✘"
        try:
            with self._spinner(title) as tell:
                yield tell
            mark = "✔"
        finally:
            self.note(f"{mark} {title}  {duration(time.monotonic() - began)}")

    @contextmanager
    def _spinner(self, title: str) -> Iterator[Callable[[str], None]]:
        if not self.progress.is_terminal:
            self.note(f"… {title}")
            yield lambda _: None
            return
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        text = TextColumn("[dim]{task.fields[detail]}", markup=True)
        with Progress(*columns, text, console=self.progress, transient=True) as progress:
            task = progress.add_task(title, total=None, detail="")
            yield lambda detail: progress.update(task, detail=detail.replace("[", "(")[:60])

    @contextmanager
    def transfer(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show how many of `total` bytes went over; the callable takes the bytes of each piece."""
        began = time.monotonic()
        with self._bar(title, total) as advance:
            yield advance
        self.note(f"✔ {title}  {size(total)}  {duration(time.monotonic() - began)}")

    @contextmanager
    def _bar(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        if not self.progress.is_terminal:
            yield _PlainTransfer(self, title, total)
            return
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.progress, transient=True) as progress:
            task = progress.add_task(title, total=total)
            yield lambda count: progress.advance(task, count)


class _PlainTransfer:
    """A line every few seconds, where there is no terminal to draw a bar in."""

    def __init__(self, terminal: Terminal, title: str, total: int) -> None:
        self._terminal, self._title, self._total = terminal, title, total
        self._done, self._said = 0, time.monotonic()

    def __call__(self, count: int) -> None:
        """Count `count` more bytes."""
        self._done += count
        if time.monotonic() - self._said >= _PLAIN_PROGRESS_SECONDS:
            self._said = time.monotonic()
            self._terminal.note(f"… {self._title}  {size(self._done)} of {size(self._total)}")


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
