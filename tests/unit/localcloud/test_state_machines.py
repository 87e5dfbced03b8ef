"""State machine definitions in YAML, which CloudFormation reads and MiniStack does not."""

import json

import pytest

from localcloud.ministack.state_machines import as_json


@pytest.mark.parametrize(
    "definition", ["StartAt: Done\nStates: {Done: {Type: Succeed}}", '{"StartAt": "Done"}']
)
def test_yaml_and_json_definitions_are_kept_as_json(definition: str) -> None:
    assert json.loads(as_json(definition))["StartAt"] == "Done"
