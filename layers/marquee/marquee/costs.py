"""What a run costs: an estimate from durations and list prices, in US dollars.

Prices of us-east-1 without free tiers, savings plans or taxes: Glue Spark jobs from
aws.amazon.com/glue/pricing, training instances from aws.amazon.com/sagemaker/ai/pricing
(both as of 2026-11). Other services of a run cost fractions of a cent and are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DPU_HOUR = 0.44
# Glue bills by the second, one minute at least (Glue pricing, "ETL jobs").
_LEAST_ETL_SECONDS = 60
TRAINING_HOUR = {
    "ml.m5.large": 0.115,
    "ml.m5.xlarge": 0.23,
    "ml.g4dn.xlarge": 0.736,
    "ml.g5.xlarge": 1.408,
    "ml.g6.xlarge": 1.127,
}

# What predictions are priced on; a hosting instance costs what a training instance of its type does.
REFERENCE_INSTANCE = "ml.m5.large"


def million_predictions(per_second: float) -> float:
    """Return the dollars for a million predictions at so many reviews a second, on the reference instance."""
    return 1e6 / per_second / 3600 * TRAINING_HOUR[REFERENCE_INSTANCE]


@dataclass(frozen=True)
class Estimate:
    """Dollars per part; `training` is None where the instance's price is not listed above."""

    etl: float
    training: float | None
    training_seconds: int
    instance_type: str

    def sentence(self) -> str:
        """Say it, with what it is made of and what it leaves out."""
        if not self.etl and not self.training_seconds:
            return "nothing worth naming: no job was started or none reported its time"
        if self.training is None:
            return (
                f"about {self.etl:.2f} USD for Glue, and {self.training_seconds:,} s of training on "
                f"{self.instance_type}, whose price Marquee does not know"
            )
        return (
            f"about {self.etl + self.training:.2f} USD at us-east-1 list prices "
            f"(Glue {self.etl:.3f}, training {self.training:.3f})"
        )


def estimate(facts: Mapping[str, Any]) -> Estimate:
    """Estimate from a run's facts; on spot the billable seconds already hold the discount.

    SageMaker, "Managed Spot Training": savings are 1 - BillableTimeInSeconds / TrainingTimeInSeconds.
    """
    seconds = int(facts.get("training_billable_seconds", 0))
    instance = str(facts.get("training_instance_type", ""))
    hourly = TRAINING_HOUR.get(instance, 0.0 if not seconds else None)
    training = None if hourly is None else hourly * seconds * facts.get("training_instance_count", 1) / 3600
    return Estimate(_etl(facts), training, seconds, instance)


def _etl(facts: Mapping[str, Any]) -> float:
    seconds = facts.get("etl_seconds", 0)
    billed = max(seconds, _LEAST_ETL_SECONDS) if seconds else 0
    return float(facts.get("etl_dpus", 0)) * billed * DPU_HOUR / 3600
