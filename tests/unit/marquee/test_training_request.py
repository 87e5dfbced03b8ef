"""The CreateTrainingJob request; botocore checks its shape wherever a job is created."""

from typing import Any

import pytest

from marquee.identity import Attempt
from marquee.settings import TrainingSettings
from marquee.training.request import seconds_allowed, training_request

ATTEMPT = Attempt("reviews-0123456789", 2)
ENVIRONMENT = {
    "stage": "dev",
    "ledger_table": "table",
    "curated_bucket": "curated",
    "model_bucket": "models",
    "glue_job_name": "job",
    "training_role_arn": "arn:aws:iam::123456789012:role/training",
    "training_image_uri": "image:1",
    "training_instance_type": "ml.g5.xlarge",
    "training_instance_count": "1",
    "training_use_spot": "false",
    "training_max_seconds": "3600",
    "algorithm": "ngram",
    "hyperparameters": '{"ngrams": "3", "run_id": "not this"}',
    "code_uri": "s3://models/code/abc123",
}


def settings(**changes: str) -> TrainingSettings:
    return TrainingSettings.model_validate(ENVIRONMENT | changes)


def request(unlabelled: int = 0, **changes: str) -> dict[str, Any]:
    splits = {"train": 8, "validation": 1, "test": 1, "unlabelled": unlabelled}
    manifest = {"rows_out": splits, "dataset_digest": "sha256:00"}
    return training_request(ATTEMPT, manifest, settings(**changes), "eu-west-1")


def test_every_name_is_the_attempts() -> None:
    made = request()
    assert made["TrainingJobName"] == "marquee-dev-reviews-0123456789-2"
    assert made["OutputDataConfig"]["S3OutputPath"] == "s3://models/models"
    tags = {tag["Key"]: tag["Value"] for tag in made["Tags"]}
    assert (tags["run_id"], tags["attempt_id"]) == ("reviews-0123456789", "reviews-0123456789-2")


@pytest.mark.parametrize(("unlabelled", "channels"), [(0, 3), (5, 4)])
def test_a_channel_for_every_split_with_rows(unlabelled: int, channels: int) -> None:
    made = {
        channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"]
        for channel in request(unlabelled)["InputDataConfig"]
    }
    assert len(made) == channels
    assert made["test"] == "s3://curated/curated/dataset=reviews-0123456789-2/split=test/"


def test_hyperparameters_are_strings_and_a_users_cannot_replace_ours() -> None:
    made = request()["HyperParameters"]
    assert all(isinstance(value, str) for value in made.values())
    assert (made["ngrams"], made["run_id"]) == ("3", "reviews-0123456789")
    assert made["sagemaker_submit_directory"] == "s3://models/code/abc123/sourcedir.tar.gz"
    assert (made["code_version"], made["sagemaker_region"]) == ("abc123", "eu-west-1")


def test_spot_waits_longer_and_keeps_checkpoints() -> None:
    made = request(training_use_spot="true")
    assert made["EnableManagedSpotTraining"] is True
    assert made["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
    assert made["CheckpointConfig"]["S3Uri"] == "s3://models/checkpoints/marquee-dev-reviews-0123456789-2/"
    assert "EnableManagedSpotTraining" not in request()


def test_the_stage_outlasts_the_job() -> None:
    assert seconds_allowed(settings()) > 3600
    assert seconds_allowed(settings(training_use_spot="true")) > 7200


def test_a_base_model_in_s3_is_a_channel_of_its_own() -> None:
    uri = "s3://models/base-models/minilm/"

    made = request(hyperparameters=f'{{"base_model": "{uri}"}}')

    channel = made["InputDataConfig"][-1]
    assert (channel["ChannelName"], channel["DataSource"]["S3DataSource"]["S3Uri"]) == ("base_model", uri)
    assert made["HyperParameters"]["base_model"] == uri
    named = request(hyperparameters='{"base_model": "roberta-base"}')
    assert [one["ChannelName"] for one in named["InputDataConfig"]] == ["train", "validation", "test"]


def test_a_teacher_is_the_archive_of_its_training_job() -> None:
    whole = request(hyperparameters='{"teacher": "marquee-dev-films-1"}')
    made = whole["InputDataConfig"][-1]

    assert "teacher_digest" in whole["HyperParameters"]
    assert "teacher_digest" not in request()["HyperParameters"]

    assert made["ChannelName"] == "teacher"
    uri = made["DataSource"]["S3DataSource"]["S3Uri"]
    assert uri == "s3://models/models/marquee-dev-films-1/output/model.tar.gz"
