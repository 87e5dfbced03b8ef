"""Lambda functions: what each needs is set, logged, limited and its own."""

import importlib
import inspect
from typing import Any

import pytest

from marquee import clients
from marquee.settings import Settings
from tests.unit.template.conftest import ROOT, Stack

FOLDERS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))


def test_every_folder_of_functions_is_a_function_and_the_other_way_round(stack: Stack) -> None:
    described = {f["FunctionName"].removeprefix("marquee-dev-").replace("-", "_") for f in functions(stack)}
    assert described == set(FOLDERS)


@pytest.mark.parametrize("folder", [name for name in FOLDERS if name not in ("predict", "publish_code")])
def test_environment_satisfies_the_settings_of_the_function(stack: Stack, folder: str) -> None:
    variables = function(stack, folder)["Environment"]["Variables"]
    for model in settings_of(folder):
        found = {
            name: str(variables[name.upper()]) for name in model.model_fields if name.upper() in variables
        }
        assert model.model_validate(found)


def test_predict_finds_the_endpoint_and_the_ledger(stack: Stack) -> None:
    variables = function(stack, "predict")["Environment"]["Variables"]
    assert variables["ENDPOINT_NAME"] == "marquee-dev"
    assert variables["LEDGER_TABLE"] == "marquee-dev-ledger"


@pytest.mark.parametrize("folder", ["judge_candidate", "verify_endpoint"])
def test_who_asks_the_endpoint_outlives_its_patience_with_it(stack: Stack, folder: str, aws: None) -> None:
    config: Any = clients.sagemaker_runtime().meta.config
    waits = config.read_timeout * config.retries["total_max_attempts"]
    assert waits < function(stack, folder)["Timeout"]


def functions(stack: Stack) -> list[dict[str, Any]]:
    return [properties for _, properties in stack.of_type("AWS::Lambda::Function")]


def function(stack: Stack, folder: str) -> dict[str, Any]:
    wanted = f"marquee-dev-{folder.replace('_', '-')}"
    return next(one for one in functions(stack) if one["FunctionName"] == wanted)


def settings_of(folder: str) -> list[type[Settings]]:
    app = importlib.import_module(f"functions.{folder}.app")
    found = [value for value in vars(app).values() if inspect.isclass(value) and issubclass(value, Settings)]
    assert found, f"functions/{folder}/app.py names no settings model"
    return found
