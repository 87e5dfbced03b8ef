"""The template as CloudFormation gets it: SAM expanded, references resolved as in account 123456789012."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from samtranslator.yaml_helper import yaml_parse

from scripts.expand_template import expand

ROOT = Path(__file__).parents[3]
PSEUDO: dict[str, str | None] = {
    "AWS::NoValue": None,
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::URLSuffix": "amazonaws.com",
}
NAMES = (
    "BucketName",
    "TableName",
    "QueueName",
    "TopicName",
    "FunctionName",
    "RoleName",
    "LogGroupName",
    "Name",
)
ARNS = {
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:us-east-1:123456789012:table/{}",
    "AWS::SQS::Queue": "arn:aws:sqs:us-east-1:123456789012:{}",
    "AWS::SNS::Topic": "arn:aws:sns:us-east-1:123456789012:{}",
    "AWS::Lambda::Function": "arn:aws:lambda:us-east-1:123456789012:function:{}",
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/{}",
    "AWS::Logs::LogGroup": "arn:aws:logs:us-east-1:123456789012:log-group:{}:*",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:us-east-1:123456789012:stateMachine:{}",
}
REF_IS_ARN = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"}


@dataclass(frozen=True)
class Stack:
    """Resources of the expanded template, with every reference that has a name replaced by it."""

    resources: dict[str, Any]
    parameters: dict[str, Any]
    mappings: dict[str, Any]
    conditions: dict[str, Any]

    def of_type(self, resource_type: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every resource of a type: logical id and resolved properties."""
        for logical_id, resource in self.resources.items():
            if resource["Type"] == resource_type:
                yield logical_id, self.resolve(resource.get("Properties", {}))

    def statements_of(self, role: str) -> list[dict[str, Any]]:
        """Every statement of a role's own policies; [] if there is no such role."""
        properties = self.resources.get(role, {}).get("Properties", {})
        policies = self.resolve(properties.get("Policies", []))
        return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    def resolve(self, value: Any) -> Any:
        """The value with all functions done."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (key, argument), *_ = value.items()
            if key in self._functions:
                return self._functions[key](argument)
        return {key: self.resolve(item) for key, item in value.items()}

    @property
    def _functions(self) -> dict[str, Callable[[Any], Any]]:
        return {
            "Ref": self._ref,
            "Fn::If": lambda a: self.resolve(a[1] if self.holds({"Condition": a[0]}) else a[2]),
            "Fn::FindInMap": self._mapped,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._sub,
            "Fn::Join": lambda a: a[0].join(map(str, self.resolve(a[1]))),
            "Fn::Split": lambda a: self.resolve(a[1]).split(a[0]),
            "Fn::Select": lambda a: self.resolve(a[1])[int(a[0])],
        }

    def holds(self, condition: dict[str, Any]) -> bool:
        """Whether a condition holds with these parameters."""
        (function, argument), *_ = condition.items()
        if function == "Condition":
            return self.holds(self.conditions[argument])
        if function == "Fn::Equals":
            first, second = (str(self.resolve(value)) for value in argument)
            return first == second
        found = [self.holds(part) for part in argument]
        return {"Fn::Not": not found[0], "Fn::And": all(found), "Fn::Or": any(found)}[function]

    def _mapped(self, path: list[Any]) -> Any:
        table, row, column = (self.resolve(part) for part in path)
        return self.mappings[table][row][column]

    def _ref(self, name: str) -> Any:
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self.parameters:
            return self.parameters[name]
        resource = self.resources[name]
        return self._arn(name) if resource["Type"] in REF_IS_ARN else self._name(name)

    def _name(self, logical_id: str) -> str:
        properties = self.resources[logical_id].get("Properties", {})
        named = next(
            (properties[key] for key in (*NAMES, "StateMachineName") if key in properties), logical_id
        )
        return cast("str", self.resolve(named))

    def _arn(self, logical_id: str) -> str:
        pattern = ARNS.get(self.resources[logical_id]["Type"], "arn:aws:test:us-east-1:123456789012:{}")
        return pattern.format(self._name(logical_id))

    def _attribute(self, path: Any) -> str:
        logical_id, attribute = path if isinstance(path, list) else path.split(".", 1)
        if attribute == "CodeUri":
            return "s3://bucket/code/digest"
        return self._arn(logical_id) if attribute == "Arn" else f"{self._name(logical_id)}"

    def _sub(self, argument: Any) -> str:
        text, local = argument if isinstance(argument, list) else (argument, {})

        def one(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in local:
                return str(self.resolve(local[name]))
            return str(self._attribute(name) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^!}]+)\}", one, text)


@pytest.fixture(scope="session")
def source() -> dict[str, Any]:
    """template.yaml as it is written."""
    return cast("dict[str, Any]", yaml_parse((ROOT / "template.yaml").read_text()))


@pytest.fixture(scope="session")
def stack() -> Stack:
    """template.yaml expanded with every parameter at its default."""
    fragment = yaml_parse((ROOT / "template.yaml").read_text())
    defaults = {name: parameter["Default"] for name, parameter in fragment["Parameters"].items()}
    expanded = expand(fragment)
    return Stack(expanded["Resources"], defaults, expanded["Mappings"], expanded["Conditions"])
