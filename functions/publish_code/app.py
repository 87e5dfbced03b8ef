"""CloudFormation custom resource: puts glue/ and training/ into the model bucket under their digest.

The package of this function carries both folders (as links), so one `sam deploy` is enough, on AWS
and locally. The same sources give the same bytes, whoever built them when: a new digest is new code.
"""

import gzip
import hashlib
import io
import json
import tarfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3

from marquee.observability import logger, observed

PACKAGE = Path(__file__).parent

# ZIP cannot say anything earlier.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o644
# CloudFormation refuses a response above 4 KB (user guide, "Custom resource response objects").
_REASON_CHARACTERS = 1000
_PUT_SECONDS = 10


class CodeMissing(Exception):
    """The package lacks sources; says which and how they come into it."""


@observed
def handler(event: dict[str, Any], context: Any) -> None:
    """Publish at Create and Update, answering with `CodeUri`; Delete leaves what models were made with."""
    answer(event, context, lambda: _handle(event))


def _handle(event: dict[str, Any]) -> dict[str, str]:
    if event["RequestType"] == "Delete":
        return {}
    return {"CodeUri": publish(archives(PACKAGE), event["ResourceProperties"]["Bucket"])}


def publish(files: dict[str, bytes], bucket: str) -> str:
    """Put `files` (name -> bytes) under code/<digest>/ of `bucket` and return that folder's s3:// URI."""
    s3 = boto3.client("s3")
    prefix = f"code/{digest(files)}"
    for name, body in files.items():
        s3.put_object(Bucket=bucket, Key=f"{prefix}/{name}", Body=body)
    return f"s3://{bucket}/{prefix}"


def archives(package: Path) -> dict[str, bytes]:
    """Make what Glue and SageMaker read (name -> bytes) of glue/ and training/; CodeMissing without them."""
    glue, training = package / "glue", package / "training"
    return {
        "prepare_dataset.py": _sources(glue, "prepare_dataset.py")["prepare_dataset.py"],
        "etl.zip": _zip(_sources(glue, "etl/**/*")),
        "sourcedir.tar.gz": _tar(_sources(training, "**/*")),
    }


def digest(files: dict[str, bytes]) -> str:
    """Return 16 hexadecimal characters that stand for the names and bytes of `files`."""
    total = hashlib.sha256()
    for name, body in files.items():
        total.update(f"{name}:{len(body)}:".encode() + body)
    return total.hexdigest()[:16]


def _sources(folder: Path, pattern: str) -> dict[str, bytes]:
    found = {str(path.relative_to(folder)): path.read_bytes() for path in _matching(folder, pattern)}
    if found:
        return found
    message = (
        f"{folder.name}/{pattern} is not in the package: functions/publish_code/{folder.name} is a link. "
        "Check it out as one (git config core.symlinks true) and run sam build again."
    )
    raise CodeMissing(message)


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    for path in sorted(folder.glob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _zip(sources: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in sources.items():
            member = zipfile.ZipInfo(name, _ZIP_EPOCH)
            member.external_attr = _FILE_MODE << 16
            archive.writestr(member, body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _tar(sources: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, body in sources.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(body), _FILE_MODE
            archive.addfile(member, io.BytesIO(body))
    return buffer.getvalue()


def answer(event: dict[str, Any], context: Any, work: Callable[[], dict[str, str]]) -> None:
    """Do `work` and tell CloudFormation its data, or why it failed: a silent resource hangs the stack."""
    outcome: dict[str, Any]
    try:
        outcome = {"Status": "SUCCESS", "Data": work()}
    except Exception as error:
        logger().exception("%s of %s failed", event["RequestType"], event["LogicalResourceId"])
        outcome = {"Status": "FAILED", "Reason": _reason(error, context)}
    _put(event["ResponseURL"], _identity(event) | outcome)


def _reason(error: Exception, context: Any) -> str:
    text = f"{type(error).__name__}: {error}"[:_REASON_CHARACTERS]
    return f"{text} (log {context.log_group_name}, stream {context.log_stream_name})"


def _identity(event: dict[str, Any]) -> dict[str, str]:
    # The id stays over updates: with a new one CloudFormation would delete the old resource.
    identity = {"PhysicalResourceId": event.get("PhysicalResourceId") or event["LogicalResourceId"]}
    return identity | {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}


def _put(url: str, response: dict[str, str]) -> None:
    # CloudFormation signs the address for an empty content type.
    request = urllib.request.Request(  # noqa: S310 - the address is CloudFormation's own
        url, json.dumps(response).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=_PUT_SECONDS).close()  # noqa: S310
