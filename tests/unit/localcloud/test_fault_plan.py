import json
from pathlib import Path

import pytest

from localcloud.faults.plan import Drop, Duplicate, Kill, Plan, PlanRefused, parsed, read

TEXT = {"seed": 7, "faults": [{"kind": "drop", "rule": "dataset-*"}, {"kind": "kill", "function": "start_*"}]}
YAML = """
seed: 7
faults:
  - {kind: drop, rule: dataset-*}
  - {kind: kill, function: start_*}
"""


def test_a_plan_is_read_from_a_file_or_from_the_text_itself(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(YAML)

    plans = [read(str(tmp_path / "plan.yaml")), read(json.dumps(TEXT))]

    expected = Plan(seed=7, faults=(Drop(rule="dataset-*"), Kill(function="start_*")))
    assert plans == [expected, expected]


def test_a_list_of_faults_is_a_plan() -> None:
    assert read('[{"kind": "duplicate", "deliveries": 5}]').faults == (Duplicate(deliveries=5),)


def test_a_plan_survives_the_way_to_the_cloud() -> None:
    plan = parsed(TEXT)

    assert parsed(json.loads(json.dumps(plan.model_dump(mode="json")))) == plan


def test_every_mistake_is_told_by_its_place() -> None:
    faults = [
        {"kind": "vanish"},
        {"kind": "drop", "on": "invocation", "rule": "x"},
        {"kind": "error"},
        {"kind": "error", "error": "limit", "code": "Mine"},
        {"kind": "delay"},
        {"kind": "kill", "function": "f", "times": 0, "wehn": "after"},
    ]

    with pytest.raises(PlanRefused) as refused:
        parsed({"faults": faults})

    assert [mistake.partition(":")[0] for mistake in refused.value.mistakes] == [
        "faults[0]",
        "faults[1]",
        "faults[2]",
        "faults[3]",
        "faults[4].seconds",
        "faults[5].times",
        "faults[5].wehn",
    ]
    assert "an invocation has no rule" in str(refused.value)


@pytest.mark.parametrize("source", ["/nowhere/plan.yaml", "{", "[1, 2"])
def test_what_cannot_be_read_is_told(source: str) -> None:
    with pytest.raises(PlanRefused, match=r"The fault plan .* cannot be read"):
        read(source)
