"""The endpoint as a traveller finds it, and how it is put into a state that nobody plans for."""

import contextlib

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
    sagemaker = traveller.stage.client("sagemaker")
    name = f"{traveller.stage.account.outputs['EndpointName']}-trial"
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=champion.endpoint_config)

    def look() -> bool | None:
        return sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService" or None

    traveller.awaited(look, "a trial endpoint")


def fail_endpoint(traveller: Traveller) -> None:
    """Put an endpoint in place whose model does not start: that of a candidate that failed its trial."""
    delete_endpoint(traveller)
    sagemaker, name = traveller.stage.client("sagemaker"), traveller.stage.account.outputs["EndpointName"]
    configs = sagemaker.list_endpoint_configs(NameContains="unstartable")["EndpointConfigs"]
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=configs[0]["EndpointConfigName"])

    def look() -> bool | None:
        found = state(traveller)
        return (found is not None and found[0] == "Failed") or None

    traveller.awaited(look, "an endpoint that failed")


def restored(traveller: Traveller, champion: Champion) -> None:
    """Have the reconciler bring the champion back."""

    def look() -> bool | None:
        traveller.reconcile()
        return runs(traveller, champion.endpoint_config) or None

    traveller.awaited(look, "the champion's way back to the endpoint")
