"""What people set and what programs read: parameters, stages and outputs."""

import re
import tomllib
from typing import Any

import pytest

from tests.unit.template.conftest import ROOT, Stack

STAGES = ("local", "dev", "prod")


def config() -> dict[str, Any]:
    return tomllib.loads((ROOT / "samconfig.toml").read_text())


def overrides(stage: str) -> dict[str, str]:
    pairs = config()[stage]["deploy"]["parameters"]["parameter_overrides"]
    return {name: value.strip("'") for name, _, value in (pair.partition("=") for pair in pairs)}


def test_every_parameter_is_described_and_limited(source: dict[str, Any]) -> None:
    for name, parameter in source["Parameters"].items():
        limits = {"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter)
        assert limits or parameter["Type"] == "CommaDelimitedList", name
        assert parameter["Description"].endswith("."), name


def test_every_parameter_is_in_a_group_of_the_console(source: dict[str, Any]) -> None:
    groups = source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(source["Parameters"])


def test_every_parameter_is_used(source: dict[str, Any]) -> None:
    body = str({key: value for key, value in source.items() if key not in ("Parameters", "Metadata")})
    for name in source["Parameters"]:
        assert re.search(rf"'Ref': '{name}'|\${{{name}}}", body), name


@pytest.mark.parametrize("stage", STAGES)
def test_overrides_of_every_stage_are_values_the_template_takes(source: dict[str, Any], stage: str) -> None:
    for name, value in overrides(stage).items():
        parameter = source["Parameters"][name]
        assert re.search(parameter.get("AllowedPattern", ""), value), f"{name}={value}"
        assert value in map(str, parameter.get("AllowedValues", [value])), f"{name}={value}"


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_a_stack_of_its_name_and_asks_nobody_but_in_production(stage: str) -> None:
    deploy = config()[stage]["deploy"]["parameters"]
    assert deploy["stack_name"] == f"marquee-{stage}"
    assert overrides(stage)["Stage"] == stage
    assert deploy["confirm_changeset"] is (stage == "prod")


def test_only_the_local_stage_names_a_region() -> None:
    """SAM reads its stage's block only; a region in it would hide AWS_DEFAULT_REGION from SAM alone."""
    for stage in STAGES:
        given = [command["parameters"] for command in config()[stage].values()]
        assert any("region" in parameters for parameters in given) is (stage == "local")
    assert not set(config()) - {"version", *STAGES}


def test_address_is_closed_unless_somebody_opens_it(source: dict[str, Any]) -> None:
    parameter = source["Parameters"]["UrlAuth"]
    assert parameter["Default"] == "AWS_IAM"
    assert set(parameter["AllowedValues"]) == {"AWS_IAM", "NONE"}
    for stage in STAGES:
        opened = overrides(stage).get("UrlAuth") == "NONE"
        assert opened is (stage == "local")
        assert not opened or int(overrides(stage)["UrlConcurrency"]) > 0


@pytest.mark.parametrize(
    ("origin", "taken"),
    [
        ("", True),
        ("https://films.example.org", True),
        ("https://films.example.org:8443", True),
        ("http://localhost:3000", True),
        ("*", False),
        ("https://*", False),
        ("https://*.example.org", False),
        ("http://films.example.org", False),
        ("https://films.example.org/page", False),
    ],
)
def test_origins_are_explicit(source: dict[str, Any], origin: str, taken: bool) -> None:
    pattern = source["Parameters"]["UrlCorsOrigins"]["AllowedPattern"]
    assert bool(re.search(pattern, origin)) is taken


def test_an_open_address_is_bounded(source: dict[str, Any]) -> None:
    rule = source["Rules"]["OpenAddressIsBounded"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "UrlAuth"}, "NONE"]}
    (assertion,) = rule["Assertions"]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "UrlConcurrency"}, "0"]}]}


def test_outputs_are_those_the_command_reads(source: dict[str, Any]) -> None:
    text = (ROOT / "docs/architecture.md").read_text().partition("### Stack outputs")[2]
    listed = re.findall(r"`([A-Z]\w+(?: [A-Z]\w+)+)`", text)[0].split()
    assert set(source["Outputs"]) == set(listed)


def test_physical_names_carry_the_stage(stack: Stack) -> None:
    keys = (
        "BucketName",
        "TableName",
        "TopicName",
        "QueueName",
        "FunctionName",
        "RoleName",
        "StateMachineName",
    )
    for name, resource in stack.resources.items():
        for key in keys:
            given = stack.resolve(resource.get("Properties", {}).get(key))
            if given and resource["Type"].split("::")[-1] in ("Bucket", "Table", "Topic", "Queue", "Role"):
                assert given.startswith("marquee-dev-"), name
