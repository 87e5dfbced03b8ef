"""How much of this machine Glue may use, and how fast its clocks run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GlueSettings:
    """The one place that bounds the Spark jobs of a cloud."""

    parallel_runs: int = 1
    """Job runs that work at the same time; the others are WAITING, as on AWS when capacity lacks."""
    cores: int = 2
    heap_megabytes: int = 1536
    """Heap of a run's JVM; with its code, stacks and the Python driver a run stays near 2 GB."""
    seconds_per_minute: float = 60.0
    """What a minute of a job's Timeout takes; less in tests."""
    stop_seconds: float = 10.0
    """How long a run that is stopped may take to end by itself."""
