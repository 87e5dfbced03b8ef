"""From a dataset to a training job."""

from marquee.training.start import StartTraining

__all__ = ["StartTraining"]
