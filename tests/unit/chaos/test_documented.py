"""Only what a guide says is taken on trust, and only for the role and resource it says it of."""

import pytest

from chaos.permissions.documented import documented
from chaos.permissions.grants import Grant
from chaos.permissions.verdicts import mutants

RAW, CURATED = "arn:aws:s3:::marquee-local-raw-1-x", "arn:aws:s3:::marquee-local-curated-1-x"

SAGEMAKER = "arn:aws:sagemaker:us-east-1:1:model-package"


def grant(role: str, action: str, resource: str) -> Grant:
    return Grant(f"marquee-local-{role}-x", "policy", "Listing", action, resource)


@pytest.mark.parametrize(
    ("one", "trusted"),
    [
        (grant("etl", "s3:ListBucket", RAW), True),
        (grant("etl", "s3:ListBucket", CURATED), False),
        (grant("training", "s3:ListBucket", RAW), False),
        (grant("PrepareDatasetRole", "logs:CreateLogDelivery", "*"), True),
        (grant("etl", "logs:PutLogEvents", "*"), False),
        (grant("crawler", "glue:GetTables", "*"), True),
        (grant("crawler", "glue:GetTable", "*"), False),
        (grant("RegisterModelRole", "sagemaker:ListModelPackages", f"{SAGEMAKER}-group/marquee"), True),
        (grant("RegisterModelRole", "sagemaker:ListModelPackages", f"{SAGEMAKER}/marquee/*"), False),
    ],
)
def test_what_is_not_tried(one: Grant, trusted: bool) -> None:
    (mutant,) = mutants([one])
    assert documented(mutant) is trusted


def test_one_thing_that_can_be_tried_is_enough_to_try_all_of_a_mutant() -> None:
    held = [grant("etl", "s3:ListBucket", RAW), grant("etl", "s3:ListBucket", CURATED)]
    by_removed = {mutant.removed: documented(mutant) for mutant in mutants(held)}
    assert by_removed == {"s3:ListBucket": False, RAW: True, CURATED: False}
