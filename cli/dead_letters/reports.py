"""A dead letter as it is shown: what happened, why it failed, how its run stands, what to do."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from cli.dead_letters.subjects import sentence
from marquee.batches import BatchNotFound, BatchStage
from marquee.ledger import RunNotFound, Stage
from marquee.subjects import run_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from cli.account import Account
    from cli.dead_letters.letters import Letter

_ENDED = (Stage.LIVE, Stage.REJECTED, Stage.FAILED, BatchStage.DONE)
_ID_CHARACTERS = 8


@dataclass(frozen=True)
class Report:
    """A letter and what is known of its run or batch; `run_id` and `run_stage` are "" where there is none."""

    letter: Letter
    what: str
    run_id: str
    run_stage: str

    @classmethod
    def of(cls, letter: Letter, account: Account) -> Report:
        """Look up the run."""
        run_id = run_of(letter.event, account.stage)
        return cls(letter, sentence(letter.event), run_id, _stage_of(account, run_id))

    def to_json(self) -> dict[str, Any]:
        """Everything, for programs."""
        known = {"what": self.what, "run_id": self.run_id, "run_stage": self.run_stage}
        return {**asdict(self.letter), **known, "advice": self.advice}

    @property
    def advice(self) -> str:
        """What to do about it, as commands that can be typed."""
        short = self.letter.id[:_ID_CHARACTERS]
        if not self.letter.target:
            return f"Nobody can take it as it is: `marquee redrive {short} --discard` deletes it."
        if self.run_stage in _ENDED:
            return (
                f"Its run has ended without it. `marquee redrive {short} --discard` deletes it; "
                f"sending it changes nothing: `marquee redrive {short}`."
            )
        return f"When the cause is gone: `marquee redrive {short}`. To send it twice does no harm."


def _stage_of(account: Account, run_id: str) -> str:
    if not run_id:
        return ""
    for read in (account.ledger().get, account.batches().get):
        with suppress(RunNotFound, BatchNotFound):
            return str(read(run_id).stage)
    return ""


def overview(reports: list[Report], typed: Callable[[str], str]) -> RenderableType:
    """Every letter in words, oldest first; `typed` turns commands into what has to be typed here."""
    if not reports:
        return Text("No dead letters: everything was taken.")
    return Group(*(_paragraph(report, typed) for report in reports))


def _paragraph(report: Report, typed: Callable[[str], str]) -> Text:
    letter = report.letter
    run = f"\n  run   {report.run_id} ({report.run_stage or 'not in the ledger'})" if report.run_id else ""
    tries = f", {letter.tries} tries" if letter.tries else ""
    return Text.assemble(
        (letter.id[:_ID_CHARACTERS], "bold"),
        f"  {letter.at.replace('T', ' ').rstrip('Z')} UTC  {plain(letter.function) or 'for nobody'}{tries}\n",
        f"  what  {plain(report.what)}{run}\n  why   {plain(letter.error)}\n  next  {typed(report.advice)}\n",
    )


def plain(text: str) -> str:
    """On one line; what else a terminal would obey, its screen keeps out (cli/screen.py)."""
    return " ".join(text.split())
