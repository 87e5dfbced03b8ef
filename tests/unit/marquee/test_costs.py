"""A notice's price is made of what was used and the list prices."""

import pytest

from marquee.costs import estimate

FACTS = {
    "etl_seconds": 120,
    "etl_dpus": 2.0,
    "training_instance_type": "ml.g5.xlarge",
    "training_instance_count": 1,
    "training_billable_seconds": 900,
}


def test_a_retrain_costs_what_the_price_lists_say() -> None:
    cost = estimate(FACTS)
    assert cost.etl == pytest.approx(0.0293, abs=1e-4)
    assert cost.training == pytest.approx(0.352)
    assert "about 0.38 USD" in cost.sentence()


def test_glue_bills_a_minute_at_least() -> None:
    assert (
        estimate({"etl_seconds": 5, "etl_dpus": 2.0}).etl
        == estimate({"etl_seconds": 60, "etl_dpus": 2.0}).etl
    )


def test_an_unknown_instance_gets_no_invented_price() -> None:
    sentence = estimate(FACTS | {"training_instance_type": "ml.p9.huge"}).sentence()
    assert "900 s of training on ml.p9.huge, whose price Marquee does not know" in sentence


def test_a_refused_upload_costs_nothing_worth_naming() -> None:
    assert "nothing worth naming" in estimate({}).sentence()
