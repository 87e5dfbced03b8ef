"""Which strikes may make a notice come twice: those between SNS's answer and its record."""

from typing import Any

import pytest

from chaos.waves import Wave


@pytest.mark.parametrize(
    ("fault", "subject", "behind", "beside"),
    [
        ({"kind": "kill", "when": "after"}, "f r: call 3, sns:Publish", "dynamodb:UpdateItem", 1),
        ({"kind": "kill", "when": "before"}, "f r: call 3, sns:Publish", "dynamodb:UpdateItem", 0),
        ({"kind": "kill", "when": "before"}, "f r: call 4, dynamodb:UpdateItem", "sns:Publish", 1),
        ({"kind": "kill", "when": "after"}, "f r: call 4, dynamodb:UpdateItem", "sns:Publish", 0),
        ({"kind": "error"}, "f: call 4, dynamodb:UpdateItem", "sns:Publish", 1),
        ({"kind": "error"}, "f: call 3, sns:Publish", "dynamodb:UpdateItem", 0),
        ({"kind": "drop"}, "rule r -> f: Object Created 1 of raw/sns:Publish", "", 0),
    ],
)
def test_beside_sns(fault: dict[str, Any], subject: str, behind: str, beside: int) -> None:
    strike = {"fault": 0, "kind": fault["kind"], "subject": subject, "behind": behind}
    assert Wave("", [fault], [], [strike], 0).deaths_beside_sns == beside
