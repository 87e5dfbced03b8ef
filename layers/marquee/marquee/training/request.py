"""The CreateTrainingJob request of an attempt."""

from typing import Any

from marquee import names
from marquee.datasets.manifest import channels_of
from marquee.identity import Attempt
from marquee.settings import TrainingSettings

_VOLUME_GB = 30
_START_SECONDS = 1800
# What training/ prints on the test split (docs/architecture.md, "Training job").
_TEST_METRICS = ("accuracy", "precision", "recall", "f1", "auc", "log_loss", "ece", "neutral_share")
# ... and what algorithms/transformer prints while it learns (SageMaker takes 40 definitions).
_STEP_METRICS = ("step", "loss", "learning_rate", "tokens_per_second")
_METRICS = (
    *(f"test:{name}" for name in _TEST_METRICS),
    *(f"{task}:{name}" for task in ("pretraining", "train") for name in _STEP_METRICS),
    *(f"validation:{name}" for name in ("epoch", "loss", "accuracy")),
)
_CHECKPOINTS = "/opt/ml/checkpoints"


def training_request(
    attempt: Attempt,
    manifest: dict[str, Any],
    settings: TrainingSettings,
    region: str,
    *,
    teacher_digest: str = "",
) -> dict[str, Any]:
    """Return the parameters of CreateTrainingJob, script mode, every name derived from the attempt.

    `teacher_digest`: of the model.json of the teacher that the hyperparameters name, if they name one.
    """
    job = names.attempt_name(settings.stage, attempt.id)
    request = {
        "TrainingJobName": job,
        "RoleArn": settings.training_role_arn,
        "AlgorithmSpecification": {
            "TrainingImage": settings.training_image_uri,
            "TrainingInputMode": "File",
            "MetricDefinitions": metric_definitions(),
        },
        "HyperParameters": {
            **_hyperparameters(attempt, manifest, settings, job, region),
            **({"teacher_digest": teacher_digest} if settings.hyperparameters.get("teacher") else {}),
        },
        "InputDataConfig": _channels(settings, attempt, manifest),
        "OutputDataConfig": {"S3OutputPath": f"s3://{settings.model_bucket}/models"},
        "ResourceConfig": {
            "InstanceType": settings.training_instance_type,
            "InstanceCount": settings.training_instance_count,
            "VolumeSizeInGB": _VOLUME_GB,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": settings.training_max_seconds},
        "Tags": tags(attempt, settings.stage),
    }
    return {**request, **_spot(settings, job)} if settings.training_use_spot else request


def metric_definitions() -> list[dict[str, str]]:
    """Return where SageMaker finds each metric in the job's log."""
    return [{"Name": name, "Regex": f"{name}=([0-9.eE+-]+);"} for name in _METRICS]


def seconds_allowed(settings: TrainingSettings) -> int:
    """Return how long the TRAINING stage may take, in seconds: the job's own limit, and a start."""
    return _wait_seconds(settings) + _START_SECONDS


def tags(attempt: Attempt, stage: str) -> list[dict[str, str]]:
    """Return the tags of everything an attempt makes."""
    values = {"application": "marquee", "stage": stage, "run_id": attempt.run_id, "attempt_id": attempt.id}
    return [{"Key": key, "Value": value} for key, value in values.items()]


def _wait_seconds(settings: TrainingSettings) -> int:
    return settings.training_max_seconds * (2 if settings.training_use_spot else 1)


def _spot(settings: TrainingSettings, job: str) -> dict[str, Any]:
    uri = f"s3://{settings.model_bucket}/{names.checkpoints_prefix(job)}"
    return {
        "EnableManagedSpotTraining": True,
        "CheckpointConfig": {"S3Uri": uri, "LocalPath": _CHECKPOINTS},
        "StoppingCondition": {
            "MaxRuntimeInSeconds": settings.training_max_seconds,
            "MaxWaitTimeInSeconds": _wait_seconds(settings),
        },
    }


def _channels(settings: TrainingSettings, attempt: Attempt, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a channel per split with rows, one for a base model in S3, one for a teacher's archive."""
    uris = {
        split: f"s3://{settings.curated_bucket}/{names.split_prefix(attempt.id, split)}"
        for split in channels_of(manifest)
    }
    channels = [{**_channel(name, uri), "ContentType": "application/x-parquet"} for name, uri in uris.items()]
    base, teacher = (settings.hyperparameters.get(name, "") for name in ("base_model", "teacher"))
    if base.startswith("s3://"):
        channels.append(_channel("base_model", base))
    if teacher:
        uri = f"s3://{settings.model_bucket}/{names.model_archive_key(teacher)}"
        channels.append(_channel("teacher", uri))
    return channels


def _channel(name: str, uri: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _hyperparameters(
    attempt: Attempt, manifest: dict[str, Any], settings: TrainingSettings, job: str, region: str
) -> dict[str, str]:
    return {
        **settings.hyperparameters,
        "sagemaker_program": "train.py",
        "sagemaker_submit_directory": f"{settings.code_uri}/sourcedir.tar.gz",
        "sagemaker_region": region,
        "sagemaker_container_log_level": "20",
        "sagemaker_job_name": job,
        "algorithm": settings.algorithm,
        "run_id": attempt.run_id,
        "attempt_id": attempt.id,
        "dataset_digest": manifest["dataset_digest"],
        "code_version": settings.code_uri.rstrip("/").rsplit("/", 1)[-1],
    }
