"""Every name Marquee gives to something in AWS, derived from the stage and the attempt."""

from marquee.identity import Attempt

_PREFIX = "marquee"


def attempt_name(stage: str, attempt_id: str) -> str:
    """Name of the training job, model and endpoint config of an attempt (63 characters at most)."""
    return f"{_PREFIX}-{stage}-{attempt_id}"


def trial_endpoint(endpoint: str) -> str:
    """Name of the endpoint on which candidates for `endpoint` are tried, one at a time."""
    return f"{endpoint}-trial"


def rollback_alarms(endpoint: str) -> tuple[str, str]:
    """Names of the alarms that make SageMaker take an update of `endpoint` back."""
    return f"{endpoint}-endpoint-5xx", f"{endpoint}-endpoint-latency"


def attempt_of(stage: str, name: str) -> Attempt:
    """Read `attempt_name` back; ValueError if the name is not of this stage."""
    prefix = f"{_PREFIX}-{stage}-"
    if not name.startswith(prefix):
        message = f"{name!r} does not start with {prefix!r}"
        raise ValueError(message)
    return Attempt.parse(name.removeprefix(prefix))


def split_prefix(attempt_id: str, split: str) -> str:
    """Key prefix of one split's Parquet files in the curated bucket."""
    return f"curated/dataset={attempt_id}/split={split}/"


def manifest_key(attempt_id: str) -> str:
    """Key of the dataset's manifest in the curated bucket."""
    return f"reports/dataset={attempt_id}/manifest.json"


def quality_key(attempt_id: str) -> str:
    """Key of the dataset's quality report in the curated bucket."""
    return f"reports/dataset={attempt_id}/quality.json"


def model_archive_key(training_job: str) -> str:
    """Key of a training job's model.tar.gz in the model bucket."""
    return f"models/{training_job}/output/model.tar.gz"


def output_archive_key(training_job: str) -> str:
    """Key of a training job's output.tar.gz, which holds the answers on the test split."""
    return f"models/{training_job}/output/output.tar.gz"


def evaluation_key(training_job: str) -> str:
    """Key of the evaluation the judge puts next to the archives, for the registry and for people."""
    return f"models/{training_job}/evaluation.json"


def checkpoints_prefix(training_job: str) -> str:
    """Key prefix of the checkpoints a spot job resumes from."""
    return f"checkpoints/{training_job}/"
