"""What a role may, read from its policies and written back."""

import json
from typing import Any, ClassVar

from chaos.permissions.grants import Grant, document, read


class Iam:
    """IAM with one role of ours and one of somebody else's."""

    POLICY: ClassVar[dict[str, Any]] = {
        "Statement": [
            {"Sid": "Ledger", "Effect": "Allow", "Action": ["d:Get", "d:Put"], "Resource": "table"},
            {
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": ["a", "b"],
                "Condition": {"StringEquals": {"iam:PassedToService": "x"}},
            },
        ]
    }

    def get_paginator(self, _name: str) -> "Iam":
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Roles": [{"RoleName": "marquee-local-one"}, {"RoleName": "other"}]}]

    def list_role_policies(self, RoleName: str) -> dict[str, list[str]]:
        assert RoleName == "marquee-local-one"
        return {"PolicyNames": ["p"]}

    def get_role_policy(self, RoleName: str, PolicyName: str) -> dict[str, Any]:
        return {"PolicyDocument": self.POLICY}


def grant(action: str = "s3:GetObject", resource: str = "arn:aws:s3:::raw/*", condition: str = "") -> Grant:
    return Grant("role", "policy", "Sid", action, resource, condition)


def test_every_action_on_every_resource_is_one_grant() -> None:
    found = read(Iam(), "marquee-local-")

    assert [(g.statement, g.action, g.resource) for g in found] == [
        ("Ledger", "d:Get", "table"),
        ("Ledger", "d:Put", "table"),
        ("#1", "iam:PassRole", "a"),
        ("#1", "iam:PassRole", "b"),
    ]


def test_a_policy_of_all_grants_allows_what_the_policy_allowed() -> None:
    written = json.loads(document(read(Iam(), "marquee-local-")))["Statement"]

    allowed = {(s["Action"], r, json.dumps(s.get("Condition"))) for s in written for r in s["Resource"]}
    condition = json.dumps(Iam.POLICY["Statement"][1]["Condition"])
    passing = {("iam:PassRole", "a", condition), ("iam:PassRole", "b", condition)}
    assert allowed == {("d:Get", "table", "null"), ("d:Put", "table", "null")} | passing


def test_no_grants_are_no_policy() -> None:
    assert document([]) == ""


def test_a_star_covers_what_follows_and_nothing_else() -> None:
    assert grant().covers("role", "s3:getobject", "arn:aws:s3:::raw/a/b.csv")
    assert not grant().covers("role", "s3:GetObject", "arn:aws:s3:::curated/a")
    assert not grant().covers("other", "s3:GetObject", "arn:aws:s3:::raw/a")
    assert not grant(resource="arn:aws:s3:::r.w").covers("role", "s3:GetObject", "arn:aws:s3:::raw")
