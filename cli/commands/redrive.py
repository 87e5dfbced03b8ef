"""`marquee redrive ID... | --all`: dead letters go again to whom they were for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.account import account_of, refusals_explained
from cli.dead_letters.desk import SENDING_SECONDS, desk
from cli.dead_letters.reports import plain
from cli.dead_letters.subjects import sentence
from cli.errors import CommandError

if TYPE_CHECKING:
    import argparse

    from cli.dead_letters.desk import Desk
    from cli.dead_letters.letters import Letter
    from cli.terminal import Terminal


@dataclass
class Result:
    """Ids of the letters that were sent or deleted, and why others were not."""

    done: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Send (or discard) the letters; 1 if one of them was not taken, and it stays where it is."""
    if bool(arguments.letter) == arguments.all:
        raise CommandError(
            "Say which dead letters: their ids, or --all.", "`marquee dead-letters` lists them."
        )
    result = Result()
    with account_of(arguments) as account, desk(account, SENDING_SECONDS) as open_desk:
        wanted = [letter for letter in open_desk.letters() if _is_wanted(letter, arguments)]
        _check(arguments, wanted)
        for letter in wanted:
            _handle(open_desk, letter, arguments, result)
    terminal.show({"done": result.done, "failed": result.failed}, _told(result))
    return 1 if result.failed else 0


def _is_wanted(letter: Letter, arguments: argparse.Namespace) -> bool:
    return arguments.all or any(letter.id.startswith(start) for start in arguments.letter)


def _check(arguments: argparse.Namespace, wanted: list[Letter]) -> None:
    for start in arguments.letter:
        found = [letter.id for letter in wanted if letter.id.startswith(start)]
        if len(found) != 1:
            how_many = "Several dead letters start" if found else "No dead letter starts"
            raise CommandError(
                f"{how_many} with {start}.", "`marquee dead-letters --json` has the whole ids."
            )


def _handle(open_desk: Desk, letter: Letter, arguments: argparse.Namespace, result: Result) -> None:
    try:
        with refusals_explained(arguments.stage):
            if arguments.discard:
                open_desk.discard(letter)
                taker = "deleted"
            else:
                taker = f"taken by {open_desk.send_again(letter)}"
    except CommandError as error:
        result.failed[letter.id] = f"{error.message} {error.next_step}".strip()
    else:
        result.done[letter.id] = f"{plain(sentence(letter.event))}: {taker}"


def _told(result: Result) -> str:
    lines = [f"{letter[:8]}  {what}" for letter, what in result.done.items()]
    lines += [f"{letter[:8]}  stays: {why}" for letter, why in result.failed.items()]
    return "\n".join(lines) or "No dead letters: everything was taken."
