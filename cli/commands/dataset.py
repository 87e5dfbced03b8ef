"""`marquee dataset {sample,imdb}`: a CSV to try the pipeline with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.hints import typeable

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the CSV and say how many rows it has."""
    rows = (_sample if arguments.dataset == "sample" else _imdb)(arguments, terminal)
    text = f"{rows} rows in {arguments.out}; train on them with `marquee upload {arguments.out} --wait`."
    terminal.show({"file": str(arguments.out), "rows": rows}, typeable(arguments, text))
    return 0


def _sample(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from cli.sample import write_sample  # noqa: PLC0415

    try:
        with terminal.step(f"Writing {arguments.out.name}"):
            return write_sample(arguments.out, arguments.rows, arguments.seed)
    except ValueError as error:
        raise CommandError(str(error), "Ask for more with --rows.") from None


def _imdb(arguments: argparse.Namespace, terminal: Terminal) -> int:
    from cli.imdb import write_imdb  # noqa: PLC0415

    return write_imdb(arguments.out, terminal, unlabelled=arguments.unlabelled)
