"""Policies: nobody may more than the architecture lists, and "*" never stands without its reason."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.template.conftest import ROOT, Stack

# Written in prose in docs/architecture.md: "what start_training, start_release and fail_run may".
RECONCILE = {"start_training", "start_release", "fail_run"}


def policies(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every role: the role's logical id and the statement, resolved."""
    for name, role in stack.of_type("AWS::IAM::Role"):
        for policy in role.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def test_every_star_for_a_resource_is_explained_above_it() -> None:
    lines = (ROOT / "template.yaml").read_text().splitlines()
    for number, line in enumerate(lines):
        if re.search(r'Resource: "\*"', line):
            assert "#" in "".join(comment_before(lines, number)), f"line {number + 1} does not say why"


def test_every_resource_names_this_stage_or_is_an_explained_star(stack: Stack) -> None:
    shared = (
        "arn:aws:logs:us-east-1:123456789012:log-group:/aws",
        "arn:aws:ecr:",
        "arn:aws:glue:",
        "arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/",
    )
    for role, statement in policies(stack):
        for resource in listed(statement["Resource"]):
            named = "marquee-dev" in resource or "marquee_dev" in resource
            assert named or resource == "*" or resource.startswith(shared), f"{role}: {resource}"


def architecture_rows() -> dict[str, str]:
    """docs/architecture.md, "AWS calls of each function": function -> its cell of calls."""
    text = (ROOT / "docs/architecture.md").read_text().partition("### AWS calls of each function")[2]
    rows = re.findall(r"^\| (\w+) \| (.+) \|$", text.partition("\n### ")[0], re.MULTILINE)
    return {name: cell for name, cell in rows if name != "function"}


@pytest.mark.parametrize("function", [name for name in architecture_rows() if name != "reconcile"])
def test_policy_holds_exactly_the_calls_that_the_architecture_lists(stack: Stack, function: str) -> None:
    assert actions_of(stack, function) - {"sagemaker:AddTags"} == documented(architecture_rows()[function])


def test_reconcile_may_what_the_handlers_it_stands_in_for_may(stack: Stack) -> None:
    # It finds job runs by their attempt; only an event names one.
    allowed = actions_of(stack, "reconcile") | {"glue:GetJobRun"}
    assert "glue:GetJobRun" not in actions_of(stack, "reconcile")
    for function in RECONCILE:
        assert actions_of(stack, function) <= allowed, function


def test_reconcile_invokes_the_functions_of_batches_and_has_no_right_of_theirs(stack: Stack) -> None:
    own = [statement for role, statement in policies(stack) if role == "ReconcileRole"]
    invoked = [s["Resource"] for s in own if "lambda:InvokeFunction" in listed(s["Action"])]
    function = "arn:aws:lambda:us-east-1:123456789012:function:marquee-dev"
    assert invoked == [
        [f"{function}-start-transform", f"{function}-finish-transform"],
        [f"{function}-roll-back", f"{function}-share-traffic"],
    ]
    assert "sagemaker:CreateTransformJob" not in actions_of(stack, "reconcile")
    on_batches = [s["Action"] for s in own if "marquee-dev-batch" in str(s["Resource"])]
    assert on_batches == ["s3:ListBucket"]  # to find an upload whose event was lost


def documented(cell: str) -> set[str]:
    """`ledger GetItem UpdateItem; sagemaker:CreateModel *model*` -> IAM actions."""
    actions = set(
        re.findall(
            r"\b(?:application-autoscaling|cloudwatch|glue|iam|lambda|s3|sagemaker|sns|states):[A-Z]\w+", cell
        )
    )
    for part in cell.split(";"):
        service = re.search(r"\b(ledger|glue|s3|sagemaker|states)\b", part)
        words = re.findall(r"(?<![:\w])[A-Z][a-z]+[A-Z]\w+|\bQuery\b", part)
        prefix = {"ledger": "dynamodb"}.get(service[1], service[1]) if service else ""
        actions |= {f"{prefix}:{word}" for word in words}
    return actions


def actions_of(stack: Stack, function: str) -> set[str]:
    logical_id = "".join(word.capitalize() for word in function.split("_"))
    own = [statement for role, statement in policies(stack) if role == f"{logical_id}Role"]
    return {action for statement in own for action in listed(statement["Action"])} - {"sqs:SendMessage"}


def comment_before(lines: list[str], number: int) -> list[str]:
    """Comment lines directly above the statement that holds line `number`."""
    start = number
    while not re.match(r"\s*- (\{?Sid|Effect)", lines[start]):
        start -= 1
    return [line for line in lines[start - 1 : start] if line.strip().startswith("#")]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
