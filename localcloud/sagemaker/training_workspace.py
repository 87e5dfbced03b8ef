"""The /opt/ml of one training job, moved to a folder: filled before the script runs, packed after it."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

import boto3
from botocore.exceptions import ClientError

from localcloud import objects
from localcloud.sagemaker.archives import pack
from localcloud.store import Document

HOST = "localhost"
"""The toolkit looks its hosts up in DNS for a quarter of an hour, and AWS's algo-1 is in none here."""

_OPT_ML = PurePosixPath("/opt/ml")


class DataError(Exception):
    """Input data that could not be staged; AWS words it as a ClientError."""


class Workspace:
    """Folders of one job by SageMaker's contract (your-algorithms-training-algo-running-container)."""

    def __init__(self, base: Path, job: Document) -> None:
        self.base, self._job = base, job
        self.model, self.output = base / "model", base / "output"
        for folder in (self.model, self.output / "data", base / "input/config", base / "input/data"):
            folder.mkdir(parents=True)

    def configure(self) -> None:
        """Write hyperparameters.json, resourceconfig.json and inputdataconfig.json."""
        instance = self._job["ResourceConfig"].get("InstanceType", "")
        group = {"instance_group_name": "homogeneousCluster", "instance_type": instance, "hosts": [HOST]}
        resources = {
            "current_host": HOST,
            "current_instance_type": instance,
            "current_group_name": "homogeneousCluster",
            "current_instance_group": "homogeneousCluster",
            "hosts": [HOST],
            "instance_groups": [group],
            "network_interface_name": "lo",
        }
        channels = {channel["ChannelName"]: _channel_config(channel) for channel in self._channels}
        self._write("hyperparameters", self._job.get("HyperParameters", {}))
        self._write("resourceconfig", resources)
        self._write("inputdataconfig", channels)

    def download(self, session: boto3.Session) -> None:
        """Stage every channel, and the checkpoints of an earlier attempt, under the job's role."""
        for channel in self._channels:
            uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
            if not self._fetch(session, uri, self.base / "input/data" / channel["ChannelName"]):
                raise DataError(
                    f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure '
                    f"that the bucket exists, that objects exist under that S3 prefix, and that the role "
                    f'"{self._job["RoleArn"]}" has "s3:ListBucket" permissions on the bucket.'
                )
        if self._checkpoints:
            self._fetch(session, self._checkpoints["S3Uri"], self._checkpoint_folder)

    def upload_checkpoints(self, session: boto3.Session) -> None:
        """Keep what the script saved for a next attempt."""
        if self._checkpoints and self._checkpoint_folder.is_dir():
            objects.upload_folder(session, self._checkpoint_folder, self._checkpoints["S3Uri"])

    def upload_model(self, session: boto3.Session) -> str | None:
        """Pack the model and the output data to S3; gives the model's URI, None when there is no model."""
        root = self._job["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        prefix = f"{root}/{self._job['TrainingJobName']}/output"
        data = self.output / "data"
        if any(data.iterdir()):
            archive = pack(data, self.base / "output.tar.gz")
            objects.upload_file(session, archive, f"{prefix}/output.tar.gz")
        if not any(self.model.iterdir()):
            return None
        archive = pack(self.model, self.base / "model.tar.gz")
        return objects.upload_file(session, archive, f"{prefix}/model.tar.gz")

    def failure(self) -> str:
        """What the script, or the toolkit for it, wrote about its failure; "" when nothing."""
        path = self.output / "failure"
        return path.read_text(errors="replace").strip() if path.is_file() else ""

    @property
    def _channels(self) -> list[dict[str, Any]]:
        return self._job.get("InputDataConfig") or []

    @property
    def _checkpoints(self) -> dict[str, str]:
        return self._job.get("CheckpointConfig") or {}

    @property
    def _checkpoint_folder(self) -> Path:
        path = PurePosixPath(self._checkpoints.get("LocalPath", "/opt/ml/checkpoints"))
        return self.base / path.relative_to(_OPT_ML)

    def _fetch(self, session: boto3.Session, uri: str, folder: Path) -> int:
        try:
            return objects.download_prefix(session, uri, folder)
        except ClientError as error:
            raise DataError(f"Data download failed: {error} ({uri})") from error

    def _write(self, name: str, value: object) -> None:
        (self.base / "input/config" / f"{name}.json").write_text(json.dumps(value))


def _channel_config(channel: dict[str, Any]) -> dict[str, str]:
    return {
        "TrainingInputMode": "File",
        "S3DistributionType": channel["DataSource"]["S3DataSource"].get(
            "S3DataDistributionType", "FullyReplicated"
        ),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
        "ContentType": channel.get("ContentType", ""),
    }
