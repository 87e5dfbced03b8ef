"""`marquee demo [CSV]`: from nothing to predictions, on this machine."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from cli.bringing_up import brought_up
from cli.commands.up import require_local
from cli.errors import CommandError
from cli.following import follow, summary
from cli.function_url import predict
from cli.hints import hint, typeable
from cli.notices import Notice, await_notice
from cli.sample import write_sample
from cli.uploading import require_file, start_run
from cli.views import notice_panel, predictions_table
from marquee.ledger import Stage

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from cli.account import Account
    from cli.terminal import Terminal
    from marquee.ledger import Run

REVIEWS = [
    "This movie was absolutely fantastic!",
    "Worst movie I've ever seen",
    "It was okay, nothing special",
]
"""The three reviews of the AWS workshop this project grew from."""


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Bring the stage up, train on a CSV, ask the model, show the notice."""
    require_local(arguments, "demo")
    if arguments.csv:
        require_file(arguments.csv)  # before a minute goes into a cloud for it
    with brought_up(arguments.state, arguments.port, terminal) as account:
        file = arguments.csv or _sample(arguments.state)
        ended = _trained(account, file, terminal)
        answer = predict(account, REVIEWS)
        notice = await_notice(account, ended.run_id, "live")
        _show(arguments, ended, answer, notice, terminal)
    return 0


def _sample(state: Path) -> Path:
    file = state / "sample-reviews.csv"
    write_sample(file)
    return file


def _trained(account: Account, file: Path, terminal: Terminal) -> Run:
    run_id, _ = start_run(account, file, terminal)
    ended = follow(account.ledger(), run_id, terminal)
    if ended.stage != Stage.LIVE:
        raise CommandError(
            f"Run {run_id} ended {ended.stage}: {ended.reason}",
            f"Its history: `marquee runs {run_id}`. The cloud is still up; `marquee down` stops it.",
        )
    return ended


def _show(
    arguments: argparse.Namespace, run: Run, answer: dict[str, Any], notice: Notice | None, terminal: Terminal
) -> None:
    from rich.console import Group  # noqa: PLC0415

    if notice is None:
        raise CommandError(
            f"Run {run.run_id} is live, but its notice is missing.", "Look with `marquee inbox`."
        )
    notice = replace(notice, text=typeable(arguments, notice.text))
    result = {"run": summary(run), "predictions": answer, "notice": asdict(notice)}
    next_steps = _next_steps(arguments, run.run_id)
    view = Group("", predictions_table(REVIEWS, answer), "", notice_panel(notice), "", next_steps)
    terminal.show(result, view)


def _next_steps(arguments: argparse.Namespace, run_id: str) -> str:
    asking = hint(arguments, 'predict "your own review"')
    return "\n".join(
        (
            f"Ask           {asking}",
            f"See the page  {hint(arguments, 'open')}",
            f"This run      {hint(arguments, f'runs {run_id}')}",
            f"Your own CSV  {hint(arguments, 'demo reviews.csv')}",
            f"Stop          {hint(arguments, 'down')}",
        )
    )
