"""Stages S3 objects into folders and folders into S3, a few megabytes at a time.

Every function takes the boto3 session of the role that reads or writes (see localcloud.roles).
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from boto3.s3.transfer import TransferConfig

_TRANSFER = TransferConfig(max_concurrency=2)


def split_uri(uri: str) -> tuple[str, str]:
    """The bucket and the key of `s3://bucket/key`; ValueError for anything else."""
    parts = urlsplit(uri)
    if parts.scheme not in ("s3", "s3a", "s3n") or not parts.netloc:
        raise ValueError(f"{uri!r} is not an S3 URI: expected s3://bucket/key")
    return parts.netloc, parts.path.removeprefix("/")


def list_keys(session: boto3.Session, uri: str) -> Iterator[tuple[str, int]]:
    """Key and size (bytes) of every object under the prefix `uri`, in key order."""
    bucket, prefix = split_uri(uri)
    pages = session.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for item in page.get("Contents", []):
            yield item["Key"], item["Size"]


def download_file(session: boto3.Session, uri: str, path: Path) -> Path:
    """Write one object to `path`, making its folder."""
    bucket, key = split_uri(uri)
    path.parent.mkdir(parents=True, exist_ok=True)
    session.client("s3").download_file(bucket, key, str(path), Config=_TRANSFER)
    return path


def download_prefix(session: boto3.Session, uri: str, folder: Path) -> int:
    """Write every object under the prefix into `folder`; gives their number.

    Files are named by what follows the prefix. As SageMaker does, a prefix that is an object's whole
    key stages that object under its file name.
    """
    bucket, prefix = split_uri(uri)
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for key, _ in list_keys(session, uri):
        name = key.removeprefix(prefix).lstrip("/") or Path(key).name
        if key.endswith("/"):
            continue  # the console's placeholder of a folder
        download_file(session, f"s3://{bucket}/{key}", _inside(folder, name))
        number += 1
    return number


def upload_file(session: boto3.Session, path: Path, uri: str) -> str:
    """Write the file to the object `uri`; gives the uri."""
    bucket, key = split_uri(uri)
    # Not upload_file, which makes of a refusal an error that is no ClientError.
    with path.open("rb") as stream:
        session.client("s3").upload_fileobj(stream, bucket, key, Config=_TRANSFER)
    return uri


def upload_folder(session: boto3.Session, folder: Path, uri: str) -> int:
    """Write every file of the folder under the prefix `uri`; gives their number."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        upload_file(session, path, f"{uri.rstrip('/')}/{path.relative_to(folder).as_posix()}")
    return len(files)


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"The key {name!r} would be written outside {folder}")
    return path
