"""The command line: what can be asked for, and how failures are told."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cli.errors import CommandError
from cli.hints import DEFAULT_STATE, typeable
from cli.interrupts import interrupt_on_signals
from cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it (128 + SIGINT)."""

STAGES = ("local", "dev", "prod")
_SAMPLE_ROWS, _SAMPLE_SEED = 2000, 7


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 only if it succeeded."""
    options = parser().parse_args(arguments)
    terminal = Terminal(options.json)
    interrupt_on_signals()
    try:
        # A command's imports are its own: `marquee --help` must not wait for boto3.
        module = options.command.replace("-", "_")
        status: int = importlib.import_module(f"cli.commands.{module}").run(options, terminal)
    except CommandError as error:
        return _failed(error, options)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe, such as `head`, has gone: nobody is left to be told.
        sys.stderr.close()
        return 1
    return status


def _failed(error: CommandError, options: argparse.Namespace) -> int:
    print(f"marquee: {error.message}", file=sys.stderr)
    if error.next_step:
        print(f"Next: {typeable(options, error.next_step)}", file=sys.stderr)
    return 1


def parser() -> argparse.ArgumentParser:
    """Everything the command understands."""
    root = argparse.ArgumentParser(
        prog="marquee",
        description="Drop a CSV of movie reviews in a bucket; get a sentiment API, "
        "and a message that says how good it is.",
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_local(commands)
    _add_runs(commands)
    _add_predictions(commands)
    _add_dead_letters(commands)
    _add_datasets(commands)
    return root


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(commands: Commands, name: str, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.add_argument("--json", action="store_true", help="only JSON on stdout, progress on stderr")
    command.add_argument(
        "--stage", choices=("local", "dev", "prod"), default="local", help="default: %(default)s"
    )
    folder = "state folder of the local cloud (default: %(default)s)"
    command.add_argument("--state", type=Path, default=DEFAULT_STATE, metavar="DIR", help=folder)
    return command


def _add_local(commands: Commands) -> None:
    up = _command(commands, "up", "start the local cloud and deploy to it")
    demo = _command(commands, "demo", "from nothing to predictions, on this machine")
    for command in (up, demo):
        command.add_argument(
            "--port", type=int, help="port of the local cloud on 127.0.0.1 (default: 4566 if free)"
        )
    demo.add_argument("csv", type=Path, nargs="?", help="your own CSV (default: the sample)")
    _command(commands, "down", "stop the local cloud")
    up.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the template, such as EndpointType=realtime (may be repeated)",
    )
    up.add_argument(
        "--faults", metavar="PLAN", help="what shall go wrong on purpose: a JSON or YAML file, or the JSON"
    )
    faults = _command(commands, "faults", "let the local cloud go wrong on purpose; show what was struck")
    another = faults.add_mutually_exclusive_group()
    another.add_argument("plan", nargs="?", metavar="PLAN", help="a JSON or YAML file, or the JSON")
    another.add_argument("--clear", action="store_true", help="from now on nothing goes wrong on purpose")


def _add_runs(commands: Commands) -> None:
    upload = _command(commands, "upload", "drop a file in the raw bucket")
    upload.add_argument("file", type=Path)
    upload.add_argument("--wait", action="store_true", help="follow the run; fail if it does not go live")
    runs = _command(commands, "runs", "list the runs, or show one run's timeline")
    runs.add_argument("run", nargs="?", help="a run_id")
    runs.add_argument("--limit", type=int, default=20, help="runs in the list (default: %(default)s)")
    rerun = _command(commands, "rerun", "start a new attempt of an ended run")
    rerun.add_argument("run", help="a run_id")
    rollback = _command(commands, "rollback", "bring an earlier model back")
    rollback.add_argument("version", nargs="?", help="which one (default: the champion before this one)")
    rollback.add_argument("--list", action="store_true", help="show what can be brought back")
    traffic = _command(commands, "traffic", "show or share the traffic of a real-time endpoint (A/B test)")
    traffic.add_argument("share", nargs="?", metavar="VERSION=PERCENT", help="let a version answer that much")
    traffic.add_argument("--end", action="store_true", help="let the champion answer alone again")
    _command(commands, "inbox", "show the notices that arrived")


def _add_predictions(commands: Commands) -> None:
    predict = _command(commands, "predict", "ask the live model about texts")
    predict.add_argument("text", nargs="+")
    predict.add_argument("--explain", action="store_true", help="also show the words and phrases behind it")
    batch = _command(commands, "batch", "predict every row of a file")
    batch.add_argument("file", type=Path)
    batch.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the predictions go")
    _command(commands, "open", "open the page, or print its address")


def _add_dead_letters(commands: Commands) -> None:
    _command(commands, "dead-letters", "show the events and notices that nobody took")
    redrive = _command(commands, "redrive", "send dead letters again to whom they were for")
    redrive.add_argument("letter", nargs="*", metavar="ID", help="the first characters of its id are enough")
    redrive.add_argument("--all", action="store_true", help="every dead letter there is")
    redrive.add_argument("--discard", action="store_true", help="delete them instead of sending them")


def _add_datasets(commands: Commands) -> None:
    dataset = _command(commands, "dataset", "write a CSV of reviews to try")
    dataset.add_argument(
        "dataset", choices=("sample", "imdb"), help="sample: ours, offline; imdb: 25,000 real ones"
    )
    dataset.add_argument("--out", type=Path, required=True, metavar="FILE")
    dataset.add_argument(
        "--rows", type=int, default=_SAMPLE_ROWS, help="of the sample (default: %(default)s)"
    )
    dataset.add_argument(
        "--seed", type=int, default=_SAMPLE_SEED, help="of the sample (default: %(default)s)"
    )
    dataset.add_argument("--unlabelled", action="store_true", help="IMDb: the 50,000 unlabelled reviews too")


if __name__ == "__main__":
    sys.exit(main())
