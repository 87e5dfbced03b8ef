"""`marquee batch FILE --out FILE`: predictions for every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.account import account_of
from cli.batching import transformed

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write the file's rows with label, confidence and scores added."""
    with account_of(arguments) as account:
        batch = transformed(account, arguments.file, arguments.out, terminal)
        result = {
            "batch_id": batch.batch_id,
            "stage": str(batch.stage),
            "rows": batch.rows,
            "model_version": batch.model_version,
            "file": str(arguments.out),
        }
        terminal.show(result, f"{batch.rows} rows with predictions in {arguments.out}")
        return 0
