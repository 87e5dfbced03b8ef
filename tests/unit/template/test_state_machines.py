"""The two state machines: nothing dangles, everything ends, every failure is told."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.unit.template.conftest import ROOT, Stack

MACHINES = {"PrepareDataset": "prepare_dataset", "ReleaseModel": "release_model"}
LAMBDA = "arn:aws:states:::lambda:invoke"
# lambda/latest/dg, "Handle transient Lambda service exceptions" of the Step Functions guide.
TRANSIENT = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
}


def machine(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / f"statemachines/{name}.asl.yaml").read_text())
    return found


def scopes(states: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The machine itself and every branch of every Parallel in it."""
    yield states
    for state in states["States"].values():
        for branch in state.get("Branches", []):
            yield from scopes(branch)


def tasks(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for scope in scopes(machine(name)):
        yield from ((key, state) for key, state in scope["States"].items() if state["Type"] == "Task")


def next_of(state: dict[str, Any]) -> set[str]:
    ways = [state, *state.get("Choices", []), *state.get("Catch", [])]
    return {way["Next"] for way in ways if "Next" in way} | (
        {state["Default"]} if "Default" in state else set()
    )


@pytest.mark.parametrize("name", MACHINES.values())
def test_every_state_is_reached_and_leads_somewhere(name: str) -> None:
    for scope in scopes(machine(name)):
        reached = {scope["StartAt"]}.union(*(next_of(state) for state in scope["States"].values()))
        assert reached == set(scope["States"])
        for key, state in scope["States"].items():
            assert next_of(state) or state.get("End") or state["Type"] in ("Succeed", "Fail"), key


@pytest.mark.parametrize(("logical_id", "name"), MACHINES.items())
def test_substitutions_are_those_the_definition_uses(
    source: dict[str, Any], logical_id: str, name: str
) -> None:
    used = set(re.findall(r"\$\{(\w+)\}", (ROOT / f"statemachines/{name}.asl.yaml").read_text()))
    assert set(source["Resources"][logical_id]["Properties"]["DefinitionSubstitutions"]) == used


@pytest.mark.parametrize(("logical_id", "name"), MACHINES.items())
def test_machine_invokes_only_functions_that_exist_and_its_role_allows(
    stack: Stack, logical_id: str, name: str
) -> None:
    invoked = {
        state["Arguments"]["FunctionName"][2:-1] for _, state in tasks(name) if state["Resource"] == LAMBDA
    }
    roles = dict(stack.of_type("AWS::IAM::Role"))
    statements = roles[f"{logical_id}Role"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = next(s["Resource"] for s in statements if s["Action"] == "lambda:InvokeFunction")
    assert {stack.resolve({"Fn::GetAtt": [function, "Arn"]}) for function in invoked} == set(allowed)


@pytest.mark.parametrize("name", MACHINES.values())
def test_every_task_has_a_time_limit_and_retries_what_passes(name: str) -> None:
    for key, state in tasks(name):
        assert state["TimeoutSeconds"] > 0, key
        retried = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
        assert retried >= TRANSIENT if state["Resource"] == LAMBDA else retried, key


@pytest.mark.parametrize("name", MACHINES.values())
def test_task_waits_longer_than_its_function_may_run(stack: Stack, name: str) -> None:
    timeouts = {key: one["Timeout"] for key, one in stack.of_type("AWS::Lambda::Function")}
    for key, state in tasks(name):
        if state["Resource"] == LAMBDA:
            assert state["TimeoutSeconds"] > timeouts[state["Arguments"]["FunctionName"][2:-1]], key


@pytest.mark.parametrize("name", MACHINES.values())
def test_whatever_fails_reaches_fail_run(name: str) -> None:
    for key, state in machine(name)["States"].items():
        if state["Type"] in ("Task", "Parallel") and "FailRun" not in str(state.get("Arguments")):
            (catch,) = state["Catch"]
            assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "FailRun"), key
