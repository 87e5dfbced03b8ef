from typing import Any

import pytest

from localcloud.glue.catalogue import resources

D = ["catalog", "database/d"]


@pytest.mark.parametrize(
    ("action", "parameters", "arns"),
    [
        ("CreateDatabase", {"DatabaseInput": {"Name": "d"}}, D),
        ("GetDatabase", {"Name": "d"}, D),
        ("GetTable", {"DatabaseName": "d", "Name": "t"}, [*D, "table/d/t"]),
        (
            "CreateTable",
            {"DatabaseName": "d", "TableInput": {"Name": "t"}},
            [*D, "table/d/t"],
        ),
        ("GetTables", {"DatabaseName": "d"}, [*D, "table/d/*"]),
        ("GetPartitions", {"DatabaseName": "d", "TableName": "t"}, [*D, "table/d/t"]),
        ("TagResource", {"ResourceArn": "arn:aws:glue:us-east-1:1:job/j"}, ["job/j"]),
        ("GetDatabases", {}, ["catalog"]),
    ],
)
def test_a_call_touches_the_catalogue_the_database_and_the_table(
    action: str, parameters: dict[str, Any], arns: list[str]
) -> None:
    assert list(resources(action, parameters)) == arns
