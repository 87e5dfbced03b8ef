"""A Glue job run without Spark: the same reading, writing and refusing, on files of a few hundred rows."""

import csv
import hashlib
import io
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

from chaos.compute.behaviour import LINGER_SECONDS, Behaviour, behaviour_of
from localcloud import logs, objects
from localcloud.awsjson import ServiceError
from localcloud.glue.principal import PRINCIPAL, role_arn
from localcloud.glue.settings import GlueSettings
from localcloud.glue.spark_run import Outcome
from localcloud.store import Document

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

_SPLITS = ("train", "validation", "test", "unlabelled")
_LABELS = {"positive": "positive", "pos": "positive", "1": "positive"}
_LABELS |= {"negative": "negative", "neg": "negative", "0": "negative"}
_SCHEMA = pa.schema([("review_id", pa.string()), ("review", pa.string()), ("label", pa.string())])


class Refused(Exception):
    """No dataset can be made of the upload."""


@dataclass
class Rows:
    """An upload's rows: kept by split, refused by reason."""

    kept: dict[str, list[tuple[str, str, str | None]]] = field(
        default_factory=lambda: {split: [] for split in _SPLITS}
    )
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def labels(self) -> Counter[str]:
        """Kept rows of each label."""
        return Counter(label for rows in self.kept.values() for _, _, label in rows if label)


class FastEtl:
    """The work of one job run, in place of localcloud.glue.spark_run.SparkRun."""

    def __init__(self, cloud: "Cloud", _settings: GlueSettings, job: Document, run: Document) -> None:
        self._cloud, self._job, self._run = cloud, job, run
        self._arguments: dict[str, str] = {**job["DefaultArguments"], **run["Arguments"]}
        self._stopped = threading.Event()

    def run(self) -> Outcome:
        """Make the dataset; gives how it ended."""
        try:
            session = self._cloud.roles.session(
                role_arn(self._job["Role"], self._cloud.config.account), PRINCIPAL
            )
            outcome, words = self._outcome(session), ["prepared without Spark, by the chaos suite"]
            group = f"{self._arguments.get('--custom-logGroup-prefix', '/aws-glue/jobs')}/output"
            logs.send(session, group, self._run["Id"], words)
        except (ServiceError, ClientError, BotoCoreError, ValueError) as error:
            outcome = Outcome("FAILED", f"Error Category: LAUNCH_ERROR; {error}")
        return Outcome("STOPPED") if self._stopped.is_set() else outcome

    def stop(self) -> None:
        """End a run that lingers; any other is over before it could be ended, only its end is another."""
        self._stopped.set()

    def _outcome(self, session: boto3.Session) -> Outcome:
        started = time.monotonic()
        try:
            self._prepare(session, started)
        except Refused as refused:
            message = f"Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 22; DatasetRefused: {refused}"
            return Outcome("FAILED", message)
        return Outcome("SUCCEEDED")

    def _prepare(self, session: boto3.Session, started: float) -> None:
        s3 = session.client("s3")
        self._load_code(s3)
        behaviour = behaviour_of(self._arguments["--run_id"])
        if behaviour is Behaviour.ETL_FAILS:
            raise Refused("The job was told to fail (chaos/compute/behaviour.py).")
        if behaviour is Behaviour.ETL_LINGERS:
            self._stopped.wait(LINGER_SECONDS)
        bucket, key = self._arguments["--raw_bucket"], self._arguments["--raw_key"]
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        self._write(s3, read_rows(content), content, started)

    def _load_code(self, s3: Any) -> None:
        """Glue reads the script and its modules under the job's role, so a role that may not is found out."""
        modules = self._arguments.get("--extra-py-files", "").split(",")
        for uri in (self._job["Command"]["ScriptLocation"], *filter(None, modules)):
            bucket, key = objects.split_uri(uri)
            s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def _write(self, s3: Any, rows: Rows, content: bytes, started: float) -> None:
        bucket, attempt = self._arguments["--curated_bucket"], self._arguments["--attempt_id"]
        labelled, least = rows.labels.total(), int(self._arguments["--minimum_rows"])
        sentence = f"{labelled:,} labelled rows are left after cleaning; at least {least:,} are needed."
        rule = {"name": "MinimumRows", "value": labelled, "limit": least, "passed": labelled >= least}
        quality = {"passed": labelled >= least, "rules": [{**rule, "sentence": sentence}]}
        reports = f"reports/dataset={attempt}"
        s3.put_object(Bucket=bucket, Key=f"{reports}/quality.json", Body=json.dumps(quality))
        if labelled < least:
            raise Refused(sentence)
        for split, kept in rows.kept.items():
            if kept:
                key = f"curated/dataset={attempt}/split={split}/part-00000.parquet"
                s3.put_object(Bucket=bucket, Key=key, Body=_parquet(kept))
        manifest = self._manifest(rows, content, time.monotonic() - started)
        s3.put_object(Bucket=bucket, Key=f"{reports}/manifest.json", Body=json.dumps(manifest))

    def _manifest(self, rows: Rows, content: bytes, seconds: float) -> dict[str, Any]:
        arguments = self._arguments
        kept = {split: len(held) for split, held in rows.kept.items()}
        digest = hashlib.sha256(repr(rows.kept).encode()).hexdigest()
        return {
            "run_id": arguments["--run_id"],
            "attempt_id": arguments["--attempt_id"],
            "upload": {
                "bucket": arguments["--raw_bucket"],
                "key": arguments["--raw_key"],
                "digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
            },
            "rows_in": sum(kept.values()) + rows.refused.total(),
            "rows_out": kept,
            "rows_refused": dict(rows.refused),
            "labels": dict(sorted(rows.labels.items())),
            "schema": dict.fromkeys(_SCHEMA.names, "string"),
            "dataset_digest": f"sha256:{digest}",
            "seconds": {"all": round(seconds, 2)},
        }


def read_rows(content: bytes) -> Rows:
    """The rows of a CSV with the columns review and sentiment, cleaned and split by the text's sha256."""
    rows, seen = Rows(), set[str]()
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        text = " ".join((row["review"] or "").split())
        label = _LABELS.get((row["sentiment"] or "").strip().lower())
        key = hashlib.sha256(text.lower().encode()).hexdigest()
        if not text:
            rows.refused["empty_text"] += 1
        elif key in seen:
            rows.refused["duplicate"] += 1
        else:
            seen.add(key)
            rows.kept[_split(key, label)].append((key[:16], text, label))
    return rows


def _split(key: str, label: str | None) -> str:
    percent = int(key[16:24], 16) % 100
    if label is None:
        return "unlabelled"
    return "train" if percent < 80 else "validation" if percent < 90 else "test"


def _parquet(rows: list[tuple[str, str, str | None]]) -> bytes:
    columns = [list(column) for column in zip(*rows, strict=True)]
    table = pa.table(dict(zip(_SCHEMA.names, columns, strict=True)), schema=_SCHEMA)
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()
