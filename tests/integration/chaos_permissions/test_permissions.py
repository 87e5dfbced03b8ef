"""Three journeys without each permission they need; `python -m chaos.permissions` makes them all."""

import json

import pytest

from chaos.permissions.itinerary import QUICK
from chaos.permissions.subject import in_a_stage
from cli.terminal import Terminal

SPARE = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:*:*:table/*"}


@pytest.mark.timeout(300)
def test_what_is_removed_is_missed_and_what_is_spare_is_found_out() -> None:
    with in_a_stage(Terminal(as_json=True)) as trials:
        iam = trials.stage.client("iam")
        pages = iam.get_paginator("list_roles").paginate()
        predict = next(
            r["RoleName"] for page in pages for r in page["Roles"] if "PredictRole" in r["RoleName"]
        )
        policy = json.dumps({"Version": "2012-10-17", "Statement": {"Sid": "Spare", **SPARE}})
        iam.put_role_policy(RoleName=predict, PolicyName="spare", PolicyDocument=policy)

        verdicts = trials.run(QUICK, quick=True)

    assert trials.broken == []
    survivors = {(one.mutant.role, one.mutant.statement) for one in verdicts if not one.killed}
    assert survivors == {(predict, "Spare"), (predict, "Run")}
    assert len(verdicts) > 60
