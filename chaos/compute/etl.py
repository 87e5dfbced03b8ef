"""A Glue job run without Spark: the same reading, writing and refusing, on files of a few hundred rows."""

import hashlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chaos.compute.behaviour import LINGER_SECONDS, Behaviour, behaviour_of
from chaos.compute.dataset import SCHEMA, Rows, parquet, read_rows
from localcloud import logs, objects
from localcloud.awsjson import ServiceError
from localcloud.glue.principal import PRINCIPAL, role_arn
from localcloud.glue.settings import GlueSettings
from localcloud.glue.spark_run import Outcome
from localcloud.store import Document

if TYPE_CHECKING:
    from localcloud.cloud import Cloud


class Refused(Exception):
    """No dataset can be made of the upload."""


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
        upload = s3.get_object(Bucket=bucket, Key=key)
        if self._arguments.get("--raw_etag", "") not in ("", upload["ETag"].strip('"')):
            raise Refused("Another file was uploaded under this name meanwhile.")
        content = upload["Body"].read()
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
                s3.put_object(Bucket=bucket, Key=key, Body=parquet(kept))
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
            "schema": dict.fromkeys(SCHEMA.names, "string"),
            "dataset_digest": f"sha256:{digest}",
            "seconds": {"all": round(seconds, 2)},
        }
