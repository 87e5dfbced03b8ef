"""The environment of every function: mix-ins, composed into one model per function."""

import os
from functools import cache
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Json, ValidationError

Bucket = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
Arn = Field(pattern=r"^arn:aws[a-z-]*:")


class ConfigurationError(Exception):
    """The environment of a function lacks something or holds nonsense; names every variable."""


class Settings(BaseModel):
    """What every function knows; a field is the environment variable of its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: str = Field(pattern=r"^[a-z][a-z0-9]{0,9}$")


class LedgerSettings(Settings):
    """Where the runs are recorded."""

    ledger_table: str = Field(min_length=3)


class NoticeSettings(LedgerSettings):
    """Where people are told, and where it is recorded that they were."""

    notices_topic_arn: str = Arn


class RawSettings(Settings):
    """Where uploads lie."""

    raw_bucket: str = Bucket


class CuratedSettings(Settings):
    """Where datasets and their reports lie."""

    curated_bucket: str = Bucket


class ModelBucketSettings(Settings):
    """Where code, model archives and checkpoints lie."""

    model_bucket: str = Bucket


class BatchBucketSettings(Settings):
    """Where batch input and output lie."""

    batch_bucket: str = Bucket


class GlueSettings(Settings):
    """The ETL job."""

    glue_job_name: str = Field(min_length=1)


class EndpointSettings(Settings):
    """The endpoint that answers."""

    endpoint_name: str = Field(min_length=1, max_length=63)


class RegistryNameSettings(Settings):
    """The model registry."""

    model_package_group: str = Field(min_length=1, max_length=63)


class MinimumRowsSettings(Settings):
    """The smallest dataset worth a training job, in labelled rows."""

    minimum_rows: int = Field(ge=1)


class ReceiveUploadSettings(NoticeSettings):
    """Of receive_upload."""

    prepare_dataset_arn: str = Arn


class ValidateUploadSettings(LedgerSettings, MinimumRowsSettings):
    """Of validate_upload."""


class StartEtlSettings(LedgerSettings, GlueSettings, CuratedSettings, MinimumRowsSettings):
    """Of start_etl."""


class TrainingSettings(LedgerSettings, GlueSettings, CuratedSettings, ModelBucketSettings):
    """Of start_training: everything a CreateTrainingJob request needs."""

    training_role_arn: str = Arn
    training_image_uri: str = Field(min_length=1)
    training_instance_type: str = Field(pattern=r"^ml\.")
    training_instance_count: int = Field(ge=1, le=20)
    training_use_spot: bool
    training_max_seconds: int = Field(ge=60, le=432_000)
    algorithm: str = Field(min_length=1)
    hyperparameters: Json[dict[str, str]]
    code_uri: str = Field(pattern=r"^s3://[^/]+/.+$")


class CatalogDatasetSettings(NoticeSettings):
    """Of catalog_dataset."""

    raw_crawler_name: str = Field(min_length=1)
    curated_crawler_name: str = Field(min_length=1)


class StartReleaseSettings(LedgerSettings, ModelBucketSettings):
    """Of start_release."""

    release_model_arn: str = Arn


class JudgeSettings(LedgerSettings, ModelBucketSettings, EndpointSettings):
    """Of judge_candidate: accuracies and drops are shares between 0 and 1."""

    accuracy_floor: float = Field(ge=0, le=1)
    max_accuracy_drop: float = Field(ge=0, le=1)


class RegistrySettings(LedgerSettings, ModelBucketSettings, RegistryNameSettings):
    """Of register_model: what a model package and a model need."""

    model_role_arn: str = Arn
    inference_image_uri: str = Field(min_length=1)
    transform_instance_type: str = Field(pattern=r"^ml\.")
    endpoint_instance_type: str = Field(pattern=r"^ml\.")


class CapacitySettings(EndpointSettings):
    """What serves: serverless endpoints use the memory (MB), real-time ones the type and the instances."""

    endpoint_type: Literal["serverless", "realtime"]
    endpoint_memory_mb: int = Field(ge=1024, le=6144, multiple_of=1024)
    endpoint_instance_type: str = Field(pattern=r"^ml\.")
    min_instances: int = Field(ge=1)


class TrySettings(LedgerSettings, ModelBucketSettings, CapacitySettings):
    """Of try_candidate: the latency of one review, in milliseconds."""

    max_latency_ms: float = Field(gt=0)


class ShiftSettings(EndpointSettings):
    """How an update of a real-time endpoint moves the traffic: in percent and seconds."""

    endpoint_type: Literal["serverless", "realtime"]
    traffic_shifting: Literal["all_at_once", "canary", "linear"]
    shift_percent: int = Field(ge=10, le=50)
    shift_seconds: int = Field(ge=0, le=3600)
    bake_seconds: int = Field(ge=0, le=3600)


class DeploySettings(LedgerSettings, ShiftSettings):
    """Of deploy_model."""


class VerifySettings(LedgerSettings, ModelBucketSettings, EndpointSettings):
    """Of verify_endpoint."""


class PromoteSettings(NoticeSettings, RegistryNameSettings, EndpointSettings):
    """Of promote_model."""


class HandOnSettings(Settings):
    """Who finishes a change of the endpoint that its caller left."""

    roll_back_function: str = Field(min_length=1)
    share_traffic_function: str = Field(min_length=1)


class RollBackSettings(NoticeSettings, ShiftSettings):
    """Of roll_back."""


class DriftSettings(NoticeSettings, ShiftSettings):
    """Of what holds the endpoint to the champion."""


class EndpointWatchSettings(DriftSettings, HandOnSettings):
    """Of what looks after the endpoint between releases."""


class TrafficSettings(LedgerSettings, CapacitySettings, ShiftSettings):
    """Of share_traffic."""


class ScaleSettings(CapacitySettings):
    """Of scale_endpoint: invocations a minute on each instance."""

    max_instances: int = Field(ge=1)
    invocations_per_instance: float = Field(gt=0)


class SweepSettings(NoticeSettings, EndpointSettings):
    """Of sweep_endpoint: after how many days without a request, 0 for never, and what then."""

    idle_days: int = Field(ge=0, le=63)
    delete_idle_endpoint: bool


class RejectSettings(NoticeSettings, RegistrySettings):
    """Of reject_candidate."""


class FailSettings(NoticeSettings, GlueSettings, ShiftSettings, RegistryNameSettings):
    """Of fail_run."""


class RerunSettings(LedgerSettings):
    """Of rerun."""

    prepare_dataset_arn: str = Arn


class ReconcileSettings(
    TrainingSettings,
    StartReleaseSettings,
    CatalogDatasetSettings,
    FailSettings,
    EndpointWatchSettings,
    ReceiveUploadSettings,
    RawSettings,
    BatchBucketSettings,
):
    """Of reconcile: it does what any lost event would have done."""

    start_transform_function: str = Field(min_length=1)
    finish_transform_function: str = Field(min_length=1)


Model = TypeVar("Model", bound=BaseModel)


@cache
def load(model: type[Model]) -> Model:
    """Read the environment as `model`, once; ConfigurationError lists every variable that is wrong.

    >>> load(LedgerSettings).ledger_table  # doctest: +SKIP
    'marquee-dev-ledger'
    """
    present = {name: os.environ[name.upper()] for name in model.model_fields if name.upper() in os.environ}
    try:
        return model.model_validate(present)
    except ValidationError as error:
        raise ConfigurationError(_explain(model, error)) from None


def _explain(model: type[BaseModel], error: ValidationError) -> str:
    lines = [
        f"{str(problem['loc'][0]).upper()}: {problem['msg'].lower()}, got {_shown(problem)}"
        for problem in error.errors()
    ]
    return (
        f"{model.__name__} cannot be read from the environment; correct these variables "
        f"of the function in template.yaml: {'; '.join(lines)}"
    )


def _shown(problem: object) -> str:
    value = problem["input"] if isinstance(problem, dict) and problem["type"] != "missing" else None
    return "nothing" if value is None else repr(value)[:80]
