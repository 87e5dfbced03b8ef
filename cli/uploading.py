"""A file of this machine into a bucket, with progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.errors import CommandError
from marquee.identity import run_id_of

if TYPE_CHECKING:
    from pathlib import Path

    from cli.account import Account
    from cli.terminal import Terminal


def upload(account: Account, file: Path, bucket: str, key: str, terminal: Terminal) -> str:
    """Upload a file, in parts if it is big, and give the object's ETag."""
    require_file(file)
    client = account.client("s3")
    with terminal.transfer(f"Uploading {file.name}", file.stat().st_size) as advance:
        client.upload_file(str(file), bucket, key, Callback=advance)
    return str(client.head_object(Bucket=bucket, Key=key)["ETag"]).strip('"')


def require_file(file: Path) -> None:
    """Refuse a path that cannot be uploaded."""
    if file.is_dir():
        raise CommandError(f"{file} is a folder.", "Name one file in it.")
    if not file.is_file():
        raise CommandError(f"There is no file {file}.", "`marquee dataset sample --out FILE` writes one.")


def start_run(account: Account, file: Path, terminal: Terminal) -> tuple[str, str]:
    """Drop a file in the raw bucket: the id of the run that makes, and the object's address."""
    bucket, key = account.outputs["RawBucketName"], f"raw/{file.name}"
    etag = upload(account, file, bucket, key, terminal)
    return run_id_of(bucket, key, etag), f"s3://{bucket}/{key}"
