"""A file through batch transform: up, waited for, and down again."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.uploading import upload
from marquee.batches import BatchStage
from marquee.batches.models import ENDED

if TYPE_CHECKING:
    from pathlib import Path

    from cli.account import Account
    from cli.terminal import Terminal
    from marquee.batches import Batch, BatchLedger

_POLL_SECONDS = 0.5
_APPEAR_SECONDS = 90
_NEWEST = 200


def transformed(account: Account, file: Path, out: Path, terminal: Terminal) -> Batch:
    """Predict every row of `file` into `out`; a CommandError if the batch fails."""
    # A folder of its own, so that two files of one name never share an output.
    key = f"batch/in/{uuid.uuid4().hex[:10]}/{file.name}"
    upload(account, file, account.outputs["BatchBucketName"], key, terminal)
    batch = _done(account.batches(), key, terminal)
    _download(account, batch, out, terminal)
    return batch


def _done(ledger: BatchLedger, key: str, terminal: Terminal) -> Batch:
    with terminal.step("Waiting for the upload's event"):
        batch = _appeared(ledger, key)
    with terminal.step("Predicting every row (SageMaker batch transform)"):
        while batch.stage not in ENDED:
            time.sleep(_POLL_SECONDS)
            batch = ledger.get(batch.batch_id)
        if batch.stage != BatchStage.DONE:
            raise CommandError(
                f"Batch {batch.batch_id} failed: {batch.reason}",
                "Correct the file, or train a model first with `marquee upload FILE --wait`.",
            )
    return batch


def _appeared(ledger: BatchLedger, key: str) -> Batch:
    deadline = time.monotonic() + _APPEAR_SECONDS
    while time.monotonic() < deadline:
        for batch in ledger.batches(_NEWEST):
            if batch.upload.key == key:
                return batch
        time.sleep(_POLL_SECONDS)
    raise CommandError(
        f"{key} is in the bucket, but no batch appeared within {_APPEAR_SECONDS} seconds.",
        "Its event may be late: its notice will be in `marquee inbox`.",
    )


def _download(account: Account, batch: Batch, out: Path, terminal: Terminal) -> None:
    client, bucket = account.client("s3"), account.outputs["BatchBucketName"]
    size = client.head_object(Bucket=bucket, Key=batch.output_key)["ContentLength"]
    out.parent.mkdir(parents=True, exist_ok=True)
    with terminal.transfer(f"Downloading {out.name}", size) as advance:
        client.download_file(bucket, batch.output_key, str(out), Callback=advance)
