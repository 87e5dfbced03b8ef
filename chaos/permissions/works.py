"""What Glue and SageMaker do with their roles: each work is done once, and says how it failed."""

import contextlib
import uuid
from typing import Any

from botocore.exceptions import ClientError

from chaos.permissions.glue_in_cloud import WITH_SPARK
from chaos.permissions.served import champion_of
from chaos.permissions.traveller import Traveller
from marquee import names
from marquee.ledger import Run


def etl(traveller: Traveller) -> str:
    """A Glue job run over a good upload."""
    attempt = f"probe-{uuid.uuid4().hex[:10]}"
    return _etl(traveller, _prepared(traveller), attempt, attempt)


def etl_again(traveller: Traveller) -> str:
    """A Glue job run with Spark over a dataset that is there already."""
    run = _prepared(traveller)
    return _etl(traveller, run, f"{WITH_SPARK}-{uuid.uuid4().hex[:10]}", run.attempt_id)


def _prepared(traveller: Traveller) -> Run:
    return next(run for run in traveller.ledger.runs() if run.facts.get("rows"))


def _etl(traveller: Traveller, run: Run, run_id: str, attempt_id: str) -> str:
    outputs = traveller.stage.account.outputs
    arguments = {
        "--run_id": run_id,
        "--attempt_id": attempt_id,
        "--raw_bucket": outputs["RawBucketName"],
        "--raw_key": run.upload.key,
        "--curated_bucket": outputs["CuratedBucketName"],
        "--minimum_rows": "100",
    }
    glue, job = traveller.stage.client("glue"), outputs["GlueJobName"]
    started = glue.start_job_run(JobName=job, Arguments=arguments)["JobRunId"]

    def look() -> Any:
        found = glue.get_job_run(JobName=job, RunId=started)["JobRun"]
        return found if found["JobRunState"] not in ("STARTING", "RUNNING", "WAITING", "STOPPING") else None

    ended = traveller.awaited(look, "the end of a Glue job run")
    return "" if ended["JobRunState"] == "SUCCEEDED" else f"job run {ended['JobRunState']}"


def crawl_raw(traveller: Traveller) -> str:
    """A crawl of the uploads, whose table is no longer true."""
    _change_table(traveller, "raw")
    return _crawl(traveller, traveller.stage.account.outputs["RawCrawlerName"])


def crawl_curated(traveller: Traveller) -> str:
    """A crawl of the datasets, which have no table."""
    glue, database = traveller.stage.client("glue"), traveller.stage.account.outputs["GlueDatabaseName"]
    with contextlib.suppress(glue.exceptions.EntityNotFoundException):
        glue.delete_table(DatabaseName=database, Name="curated")
    return _crawl(traveller, traveller.stage.account.outputs["CuratedCrawlerName"])


def _change_table(traveller: Traveller, name: str) -> None:
    glue, database = traveller.stage.client("glue"), traveller.stage.account.outputs["GlueDatabaseName"]
    wanted = glue.meta.service_model.shape_for("TableInput").members
    held = glue.get_table(DatabaseName=database, Name=name)["Table"]
    known = {member: value for member, value in held.items() if member in wanted}
    glue.update_table(DatabaseName=database, TableInput={**known, "Owner": "somebody else"})


def _crawl(traveller: Traveller, name: str) -> str:
    glue = traveller.stage.client("glue")

    def idle() -> Any:
        crawler = glue.get_crawler(Name=name)["Crawler"]
        return crawler if crawler["State"] == "READY" else None

    traveller.awaited(idle, f"the end of crawler {name}")
    glue.start_crawler(Name=name)
    ended = traveller.awaited(idle, f"the end of crawler {name}")["LastCrawl"]["Status"]
    return "" if ended == "SUCCEEDED" else f"crawl {ended}"


def training(traveller: Traveller) -> str:
    """The last completed training job once more, under another name."""
    return _train(traveller)


def training_from_a_base(traveller: Traveller) -> str:
    """The same, with the weights of a base model in a channel."""
    bucket, prefix = traveller.stage.account.outputs["ModelBucketName"], "base-models/probe/"
    traveller.stage.client("s3").put_object(Bucket=bucket, Key=f"{prefix}config.json", Body=b"{}")
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{prefix}"}
    return _train(traveller, {"ChannelName": "base_model", "DataSource": {"S3DataSource": source}})


def _train(traveller: Traveller, *channels: dict[str, Any]) -> str:
    sagemaker = traveller.stage.client("sagemaker")
    jobs = sagemaker.list_training_jobs(StatusEquals="Completed")["TrainingJobSummaries"]
    known = sagemaker.describe_training_job(TrainingJobName=jobs[0]["TrainingJobName"])
    wanted = sagemaker.meta.service_model.operation_model("CreateTrainingJob").input_shape.members
    request = {name: value for name, value in known.items() if name in wanted and value}
    name, checkpoints = f"probe-{uuid.uuid4().hex[:10]}", names.checkpoints_prefix("probe")
    bucket = traveller.stage.account.outputs["ModelBucketName"]
    # What a spot job resumes from: that of the try before.
    keeping = {"CheckpointConfig": {"S3Uri": f"s3://{bucket}/{checkpoints}"}}
    inputs = [*request["InputDataConfig"], *channels]
    sagemaker.create_training_job(
        **{**request, **keeping, "InputDataConfig": inputs, "TrainingJobName": name}
    )

    def look() -> str | None:
        status = sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
        return status if status not in ("InProgress", "Stopping") else None

    ended = traveller.awaited(look, "the end of a training job")
    return "" if ended == "Completed" else f"training job {ended}"


def endpoint(traveller: Traveller) -> str:
    """An endpoint with the champion's config."""
    sagemaker = traveller.stage.client("sagemaker")
    name = f"marquee-{traveller.stage.account.stage}-probe-{uuid.uuid4().hex[:10]}"
    config = champion_of(traveller).endpoint_config
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)

    def look() -> str | None:
        status = sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"]
        return status if status not in ("Creating",) else None

    ended = traveller.awaited(look, "the end of an endpoint's creation")
    sagemaker.delete_endpoint(EndpointName=name)
    return "" if ended == "InService" else f"endpoint {ended}"


def update(traveller: Traveller) -> str:
    """An endpoint on an instance is updated, and goes back if an alarm rings meanwhile."""
    sagemaker = traveller.stage.client("sagemaker")
    name = f"marquee-{traveller.stage.account.stage}-probe-{uuid.uuid4().hex[:10]}"
    for config in (name, f"{name}-b"):
        sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=[_instance(traveller)])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    _settled(traveller, name)
    try:
        sagemaker.update_endpoint(
            EndpointName=name, EndpointConfigName=f"{name}-b", DeploymentConfig=_guarded(traveller)
        )
    except ClientError as refused:
        failed = f"UpdateEndpoint refused: {refused.response['Error']['Message']}"
    else:
        failed = ""
    ended = _settled(traveller, name)
    sagemaker.delete_endpoint(EndpointName=name)
    return failed or ("" if ended == f"{name}-b" else f"endpoint went back to {ended}")


def _instance(traveller: Traveller) -> dict[str, Any]:
    """The champion's model on one instance."""
    model, kind = champion_of(traveller).endpoint_config, "ml.m5.large"
    return {"VariantName": "all", "ModelName": model, "InstanceType": kind, "InitialInstanceCount": 1}


def _guarded(traveller: Traveller) -> dict[str, Any]:
    """A deployment that all of the endpoint's alarms watch."""
    routing = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    alarms = names.rollback_alarms(traveller.stage.account.outputs["EndpointName"])
    return {
        "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing},
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm} for alarm in alarms]},
    }


def _settled(traveller: Traveller, name: str) -> str:
    """The config of an endpoint once nothing changes it any more."""
    sagemaker = traveller.stage.client("sagemaker")

    def look() -> str | None:
        known = sagemaker.describe_endpoint(EndpointName=name)
        return known["EndpointConfigName"] if known["EndpointStatus"] in ("InService", "Failed") else None

    return traveller.awaited(look, f"the end of a change of {name}")


def transform(traveller: Traveller) -> str:
    """The last transform job once more, under another name."""
    sagemaker = traveller.stage.client("sagemaker")
    jobs = sagemaker.list_transform_jobs(StatusEquals="Completed")["TransformJobSummaries"]
    known = sagemaker.describe_transform_job(TransformJobName=jobs[0]["TransformJobName"])
    wanted = sagemaker.meta.service_model.operation_model("CreateTransformJob").input_shape.members
    request = {name: value for name, value in known.items() if name in wanted and value}
    name = f"probe-{uuid.uuid4().hex[:10]}"
    # Of its own model nothing may be left; the champion's is named as its config is.
    model = champion_of(traveller).endpoint_config
    sagemaker.create_transform_job(**{**request, "TransformJobName": name, "ModelName": model})

    def look() -> str | None:
        status = sagemaker.describe_transform_job(TransformJobName=name)["TransformJobStatus"]
        return status if status not in ("InProgress", "Stopping") else None

    ended = traveller.awaited(look, "the end of a transform job")
    return "" if ended == "Completed" else f"transform job {ended}"
