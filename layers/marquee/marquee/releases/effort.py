"""What a model's answers take: milliseconds and dollars, from its evaluation.

The figures are of the machine that trained the model, so they compare models of two kinds (n-grams and a
transformer lie ten to a hundred apart) and say little about two of the same kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marquee.costs import REFERENCE_INSTANCE, million_predictions

# Below this a difference may be the machines'.
_DEARER = 2.0


@dataclass(frozen=True)
class Effort:
    """`milliseconds` for one review alone, `dollars` for a million reviews."""

    algorithm: str
    milliseconds: float
    dollars: float

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> "Effort | None":
        """Return it from an evaluation, or a run's facts; None where one of an older version lacks it."""
        algorithm, rate = figures.get("algorithm"), figures.get("predictions_per_second")
        alone = figures.get("review_milliseconds")
        if not algorithm or not rate or alone is None:
            return None
        return cls(str(algorithm), float(alone), million_predictions(float(rate)))

    def sentence(self) -> str:
        """Say it."""
        return (
            f"{self.algorithm} takes {self.milliseconds:.1f} ms for a review "
            f"and about {self.dollars:.2f} USD for a million"
        )


@dataclass(frozen=True)
class Efforts:
    """The candidate's and the champion's."""

    candidate: Effort
    champion: Effort

    @property
    def other_kind(self) -> bool:
        """Whether they are of two kinds: only then do the figures decide anything."""
        return self.candidate.algorithm != self.champion.algorithm

    @property
    def much_dearer(self) -> bool:
        """Whether a candidate of another kind costs more than twice what the champion does."""
        return self.other_kind and self.candidate.dollars > _DEARER * self.champion.dollars

    def sentence(self) -> str:
        """Compare the two."""
        return (
            f"The candidate's {self.candidate.sentence()}, the champion's {self.champion.sentence()} "
            f"(at the speed of the machines that trained them and the price of {REFERENCE_INSTANCE})."
        )
