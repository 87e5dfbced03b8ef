from typing import Any

import pytest

from localcloud.constraints import refusal, service_model


def check(action: str, parameters: dict[str, Any], service: str = "sagemaker") -> str:
    return refusal(service_model(service).operation_model(action).input_shape, parameters)


def test_parameters_that_fit_are_not_refused() -> None:
    assert check("DescribeModel", {"ModelName": "a-model"}) == ""


def test_every_problem_is_told_at_once() -> None:
    message = check("CreateModelPackageGroup", {"ModelPackageGroupName": "no blanks", "Tags": [{"Key": "k"}]})

    assert message.startswith("2 validation errors detected: ")
    assert (
        "Value 'no blanks' at 'modelPackageGroupName' failed to satisfy constraint: Member must " in message
    )
    assert (
        "Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null" in message
    )


@pytest.mark.parametrize(
    ("parameters", "constraint"),
    [
        ({"MaxResults": 0}, "Member must have value greater than or equal to 1"),
        ({"MaxResults": 101}, "Member must have value less than or equal to 100"),
        ({"MaxResults": "5"}, "Member must be of type integer"),
        ({"MaxResults": True}, "Member must be of type integer"),
        ({"SortOrder": "Sideways"}, "Member must satisfy enum value set: [Ascending, Descending]"),
        ({"NameContains": "x" * 64}, "Member must have length less than or equal to 63"),
        ({"Nonsense": 1}, "Unknown parameter 'nonsense'"),
    ],
)
def test_each_kind_of_constraint(parameters: dict[str, Any], constraint: str) -> None:
    assert constraint in check("ListModels", parameters)


def test_maps_and_nested_members_are_walked() -> None:
    variant = {"Environment": {"KEY": 1}}

    assert "'containers.1.member.environment.KEY.member'" in check(
        "CreateModel", {"Containers": [variant], "ModelName": "m"}
    )


def test_patterns_for_all_of_unicode_accept_emoji() -> None:
    assert check("GetTable", {"DatabaseName": "d", "Name": "a \N{CLAPPER BOARD}"}, "glue") == ""
    assert "regular expression pattern" in check("GetTable", {"DatabaseName": "d", "Name": "a\nb"}, "glue")
