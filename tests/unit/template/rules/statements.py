"""Who may do what, asked of resolved policy documents."""

from fnmatch import fnmatchcase
from typing import Any

from tests.unit.template.conftest import Stack


def listed(value: Any) -> list[Any]:
    """The value, or the values, of a policy element."""
    return value if isinstance(value, list) else [value]


def allowing(stack: Stack, role: str, action: str, resource: str) -> bool:
    """Whether a role's own policies allow an action on a resource."""
    return any(
        statement["Effect"] == "Allow"
        and action in listed(statement["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"]))
        for statement in stack.statements_of(role)
    )


def policy_lets(stack: Stack, kind: str, resource: str, service: str, source_arn: str) -> bool:
    """Whether a resource policy lets a service do something to the resource on behalf of `source_arn`."""
    return any(
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": service}
        and statement["Resource"] == resource
        and fnmatchcase(source_arn, _source(statement))
        for _, policy in stack.of_type(kind)
        for statement in policy["PolicyDocument"]["Statement"]
    )


def _source(statement: dict[str, Any]) -> str:
    conditions = statement.get("Condition", {})
    found: str = next((test["aws:SourceArn"] for test in conditions.values() if "aws:SourceArn" in test), "*")
    return found
