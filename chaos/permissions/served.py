"""The endpoint as a traveller finds it, and how it is put into a state that nobody plans for."""

import contextlib
import uuid

from chaos.permissions.traveller import Traveller, WentWrong
from marquee.ledger import Champion


def champion_of(traveller: Traveller) -> Champion:
    """The champion; WentWrong before there is one."""
    champion = traveller.ledger.champion()
    if champion is None:
        raise WentWrong("no journey made a champion")
    return champion


def runs(traveller: Traveller, config: str) -> bool:
    """Whether the endpoint is in service with this config."""
    return state(traveller) == ("InService", config)


def state(traveller: Traveller) -> tuple[str, str] | None:
    """Status and config of the endpoint, None without one."""
    sagemaker, name = traveller.stage.client("sagemaker"), traveller.stage.account.outputs["EndpointName"]
    found = sagemaker.list_endpoints(NameContains=name)["Endpoints"]
    if not any(one["EndpointName"] == name for one in found):
        return None
    known = sagemaker.describe_endpoint(EndpointName=name)
    return known["EndpointStatus"], known.get("EndpointConfigName", "")


def bring(traveller: Traveller, config: str) -> None:
    """Put another config on the endpoint, as a person at a console would."""
    sagemaker, name = traveller.stage.client("sagemaker"), traveller.stage.account.outputs["EndpointName"]
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=config)
    traveller.awaited(lambda: runs(traveller, config) or None, f"{config} on the endpoint")


def delete_endpoint(traveller: Traveller) -> None:
    """Remove the endpoint, if there is one."""
    sagemaker, name = traveller.stage.client("sagemaker"), traveller.stage.account.outputs["EndpointName"]
    with contextlib.suppress(sagemaker.exceptions.ClientError):
        sagemaker.delete_endpoint(EndpointName=name)
    traveller.awaited(lambda: state(traveller) is None or None, "the end of the endpoint")


def make_trial(traveller: Traveller, champion: Champion) -> None:
    """Put a trial endpoint in place, as a release leaves it that died."""
    sagemaker, name = traveller.stage.client("sagemaker"), _trial(traveller)
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=champion.endpoint_config)

    def look() -> bool | None:
        return sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService" or None

    traveller.awaited(look, "a trial endpoint")


def has_trial(traveller: Traveller) -> bool:
    """Whether a trial endpoint stands."""
    name = _trial(traveller)
    found = traveller.stage.client("sagemaker").list_endpoints(NameContains=name)["Endpoints"]
    return any(one["EndpointName"] == name for one in found)


def _trial(traveller: Traveller) -> str:
    return f"{traveller.stage.account.outputs['EndpointName']}-trial"


def fail_endpoint(traveller: Traveller) -> None:
    """Put an endpoint in place whose model cannot be loaded: its archive is none."""
    delete_endpoint(traveller)
    sagemaker, name = traveller.stage.client("sagemaker"), traveller.stage.account.outputs["EndpointName"]
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=_broken_config(traveller))

    def look() -> bool | None:
        found = state(traveller)
        return (found is not None and found[0] == "Failed") or None

    traveller.awaited(look, "an endpoint that failed")


def _broken_config(traveller: Traveller) -> str:
    """A config like the champion's, but for the archive of its model."""
    sagemaker, name = traveller.stage.client("sagemaker"), f"broken-{uuid.uuid4().hex[:10]}"
    config = sagemaker.describe_endpoint_config(EndpointConfigName=champion_of(traveller).endpoint_config)
    variant = config["ProductionVariants"][0]
    model = sagemaker.describe_model(ModelName=variant["ModelName"])
    container = {**model["PrimaryContainer"], "ModelDataUrl": _no_archive(traveller, name)}
    role = model["ExecutionRoleArn"]
    sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role)
    broken = {**variant, "ModelName": name}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[broken])
    return name


def _no_archive(traveller: Traveller, name: str) -> str:
    """Put something among the models that is no archive; its URI."""
    bucket, key = traveller.stage.account.outputs["ModelBucketName"], f"models/{name}.tar.gz"
    traveller.stage.client("s3").put_object(Bucket=bucket, Key=key, Body=b"no archive")
    return f"s3://{bucket}/{key}"


def restored(traveller: Traveller, champion: Champion) -> None:
    """Have the reconciler bring the champion back."""

    def look() -> bool | None:
        traveller.reconcile()
        return runs(traveller, champion.endpoint_config) or None

    traveller.awaited(look, "the champion's way back to the endpoint")
