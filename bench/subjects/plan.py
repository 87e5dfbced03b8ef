"""How much a bench measures."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """Numbers of runs and rows; `folder` is for what is made on the way."""

    folder: Path
    quick: bool = False

    @property
    def runs(self) -> int:
        """Runs of each peer, whose median counts."""
        return 1 if self.quick else 3

    @property
    def model_rows(self) -> int:
        """Reviews of the made-up sample that models learn from and are judged by."""
        return 3_000 if self.quick else 31_250

    @property
    def most_rows(self) -> int | None:
        """Reviews that models learn from and are judged by, of however many there are; None for all."""
        return self.model_rows if self.quick else None

    @property
    def growth(self) -> tuple[int, ...]:
        """Training rows at which training is measured, each at least once."""
        return (1_000, 2_000) if self.quick else (5_000, 25_000, 250_000)

    @property
    def etl_rows(self) -> tuple[int, ...]:
        """Rows of the files that the ETL job and its peers prepare."""
        return (2_000, 5_000) if self.quick else (50_000, 500_000)

    @property
    def pipeline_rows(self) -> int:
        """Rows of the made-up sample that goes through the whole pipeline."""
        return 2_000

    @property
    def calls(self) -> int:
        """Predictions through the function URL."""
        return 50 if self.quick else 200
