"""What each algorithm trains on, and what a parameter of one's own changes."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.template.conftest import Stack


def environment(stack: Stack, **given: str) -> dict[str, Any]:
    changed = replace(stack, parameters={**stack.parameters, **given})
    (function,) = [
        properties for name, properties in changed.of_type("AWS::Lambda::Function") if name == "StartTraining"
    ]
    variables: dict[str, Any] = function["Environment"]["Variables"]
    return variables


@pytest.mark.parametrize(
    ("algorithm", "instance", "spot", "seconds", "image"),
    [
        (
            *("ngram", "ml.m5.xlarge", "false", "3600"),
            "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3",
        ),
        (
            *("transformer", "ml.g5.xlarge", "true", "14400"),
            "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13-cu133-amzn2023-sagemaker",
        ),
    ],
)
def test_an_algorithm_brings_what_it_trains_on(  # noqa: PLR0917
    stack: Stack, algorithm: str, instance: str, spot: str, seconds: str, image: str
) -> None:
    variables = environment(stack, Algorithm=algorithm)

    assert variables["ALGORITHM"] == algorithm
    assert variables["TRAINING_INSTANCE_TYPE"] == instance
    assert (variables["TRAINING_USE_SPOT"], variables["TRAINING_MAX_SECONDS"]) == (spot, seconds)
    assert variables["TRAINING_IMAGE_URI"] == image


def test_a_parameter_overrules_it(stack: Stack) -> None:
    variables = environment(
        stack,
        Algorithm="transformer",
        TrainingInstanceType="ml.g6.xlarge",
        TrainingUseSpot="false",
        TrainingMaxSeconds="600",
        TrainingImageAccount="111111111111",
        TrainingImage="mine:1",
    )

    assert variables["TRAINING_INSTANCE_TYPE"] == "ml.g6.xlarge"
    assert (variables["TRAINING_USE_SPOT"], variables["TRAINING_MAX_SECONDS"]) == ("false", "600")
    assert variables["TRAINING_IMAGE_URI"] == "111111111111.dkr.ecr.us-east-1.amazonaws.com/mine:1"


def test_the_training_role_may_pull_the_image_it_is_given(stack: Stack) -> None:
    changed = replace(stack, parameters={**stack.parameters, "Algorithm": "transformer"})

    (image,) = [one for one in changed.statements_of("TrainingRole") if one["Sid"] == "Image"]

    assert image["Resource"] == "arn:aws:ecr:us-east-1:763104351884:repository/pytorch"


def test_every_algorithm_that_may_be_named_has_its_row(stack: Stack, source: dict[str, Any]) -> None:
    assert source["Parameters"]["Algorithm"]["AllowedValues"] == list(stack.mappings["Training"])
