"""What a deployed stack's roles may: one grant for every action on every resource of every statement."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from itertools import groupby
from typing import Any


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource, as one statement of one inline policy allows it."""

    role: str
    policy: str
    statement: str
    action: str
    resource: str
    condition: str = ""
    """The statement's conditions as JSON, "" for none."""

    def covers(self, role: str, action: str, resource: str) -> bool:
        """Whether it allows this, conditions aside."""
        same = self.role == role and self.action.lower() == action.lower()
        return same and bool(_pattern(self.resource).fullmatch(resource))

    def as_json(self) -> dict[str, str]:
        """Its fields by name."""
        return asdict(self)


def read(iam: Any, prefix: str) -> list[Grant]:
    """Every grant of the inline policies of the roles whose names start with `prefix`.

    What AWS's own managed policies allow is AWS's to keep tight: SAM attaches AWSLambdaBasicExecutionRole
    and AWSXRayDaemonWriteAccess by name, and there is nothing in them that a template could remove.
    """
    found: list[Grant] = []
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["RoleName"].startswith(prefix):
                found += _of_role(iam, role["RoleName"])
    return found


def document(grants: Iterable[Grant]) -> str:
    """The policy that allows exactly these grants, as JSON; "" for none, which IAM takes for no policy."""
    key = _statement
    statements = [
        {
            "Effect": "Allow",
            "Action": action,
            "Resource": [grant.resource for grant in group],
            **({"Condition": json.loads(condition)} if condition else {}),
        }
        for (_, action, condition), group in groupby(sorted(grants, key=key), key)
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else ""


def _of_role(iam: Any, role: str) -> Iterable[Grant]:
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        held = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        for number, statement in enumerate(listed(held["Statement"])):
            yield from _of_statement(role, policy, statement.get("Sid") or f"#{number}", statement)


def _of_statement(role: str, policy: str, name: str, statement: Mapping[str, Any]) -> Iterable[Grant]:
    condition = json.dumps(statement["Condition"], sort_keys=True) if "Condition" in statement else ""
    for action in listed(statement["Action"]):
        for resource in listed(statement["Resource"]):
            yield Grant(role, policy, name, action, resource, condition)


def _statement(grant: Grant) -> tuple[str, str, str]:
    return grant.statement, grant.action, grant.condition


@cache
def _pattern(resource: str) -> re.Pattern[str]:
    """IAM's wildcards: * for any characters, ? for one (IAM guide, "Policy elements: Resource")."""
    return re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in resource), re.DOTALL)


def listed(value: Any) -> list[Any]:
    """A policy's element as a list: one thing may stand alone."""
    return value if isinstance(value, list) else [value]
