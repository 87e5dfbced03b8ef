"""Which strikes may make a notice come twice: those between SNS's answer and its record."""

from typing import Any, cast

import pytest

from chaos.findings import Breakage
from chaos.waves import Wave, Waves


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


@pytest.mark.parametrize(("who", "broken"), [("marquee-local-roll-back r", []), ("f r", ["twice"])])
def test_a_rollback_told_twice_is_excused_by_a_death_in_a_rollback_of_any_wave(
    who: str, broken: list[str]
) -> None:
    strike = {"fault": 0, "kind": "kill", "subject": f"{who}: call 3, sns:Publish", "behind": ""}
    clean = Wave("clean", [], [], [], 0)
    struck = Wave("wave 1", [{"kind": "kill", "when": "after"}], [], [strike], 0)
    waves = Waves(cast(Any, "nothing is dropped on it"), waves=[clean, struck])
    waves.breakages = [Breakage("a run of the clean wave", "twice", True, "rolled_back")]

    assert waves.broken(struck) == broken
