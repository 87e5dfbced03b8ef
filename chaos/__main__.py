"""`python -m chaos`: break the local stage in every way that has a name; 0 if all of it was survived."""

import argparse
import sys
import time
import traceback
from collections.abc import Iterator

from rich.console import Console

from chaos.lanes import in_lanes
from chaos.rows import Options, Row
from chaos.subjects import ALONE, SUBJECTS, subject
from chaos.table import as_json, as_markdown, explanations, table
from cli.terminal import Terminal, duration


def main() -> int:
    """Try the subjects asked for and print their table."""
    asked = _parser().parse_args()
    terminal = Terminal(as_json=asked.json)
    options = Options(terminal, asked.quick, asked.seed or 1, asked.schedules, asked.seed is not None)
    names = asked.only.split(",") if asked.only else [name for name in SUBJECTS if name not in ALONE]
    if unknown := sorted(set(names) - set(SUBJECTS)):
        print(f"There is no subject {unknown[0]!r}; there are {', '.join(SUBJECTS)}.", file=sys.stderr)
        return 2
    started = time.monotonic()
    if len(names) > 1:
        found = in_lanes(names, _passed_on(asked))
    else:
        found = [row for name in names for row in _tried(name, options)]
    if asked.json:
        print(as_json(found))
    elif asked.markdown:
        print(as_markdown(found))
    else:
        Console(width=None if sys.stdout.isatty() else 130).print(table(found))
    if not asked.json:  # in JSON every row has its own
        print(explanations(found), file=sys.stderr)
    lost = [row for row in found if not row.held]
    survived, tried = sum(row.survived for row in found), sum(row.tried for row in found)
    print(f"{survived} of {tried} survived, in {duration(time.monotonic() - started)}.", file=sys.stderr)
    return 1 if lost or not found else 0


def _passed_on(asked: argparse.Namespace) -> list[str]:
    """The arguments of a subject in a process of its own."""
    seed = [] if asked.seed is None else ["--seed", str(asked.seed)]
    return [*(["--quick"] if asked.quick else []), *seed, "--schedules", str(asked.schedules)]


def _tried(name: str, options: Options) -> Iterator[Row]:
    started = time.monotonic()
    try:
        with options.terminal.step(f"Chaos: {name}"):
            yield from _some(subject(name)(options))
    except (
        Exception
    ) as error:  # 20 minutes of other subjects must not be lost with one, nor this one be hidden
        traceback.print_exc()
        broke = f"the subject broke off: {type(error).__name__}: {error}"
        seconds = time.monotonic() - started
        yield Row(name, "the subject itself", 1, 0, seconds, (broke,), f"python -m chaos --only {name}")


def _some(rows: Iterator[Row]) -> Iterator[Row]:
    first = next(rows, None)
    if first is None:
        raise LookupError("it tried nothing")
    yield first
    yield from rows


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--only", default="", metavar="A,B", help=f"subjects: {', '.join(SUBJECTS)}")
    parser.add_argument("--quick", action="store_true", help="a few faults of each class")
    parser.add_argument(
        "--seed", type=int, help="draws the faults; with --only schedules that schedule alone"
    )
    parser.add_argument("--schedules", type=int, default=200, help="random schedules (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="the table as JSON")
    parser.add_argument("--markdown", action="store_true", help="the table as docs/reliability.md holds it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
