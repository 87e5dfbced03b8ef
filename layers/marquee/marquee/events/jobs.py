"""A Glue job run or a SageMaker training job changed its state."""

from dataclasses import dataclass
from typing import Any

from marquee.events.envelope import field_of


@dataclass(frozen=True)
class EtlJobEvent:
    """`Glue Job State Change`: which run of which job reached which state."""

    event_id: str
    job_name: str
    job_run_id: str
    state: str

    @classmethod
    def parse(cls, event: dict[str, Any]) -> "EtlJobEvent":
        """Read the event; UnreadableEvent if it lacks a field."""
        return cls(
            field_of(event, "id"),
            field_of(event, "detail", "jobName"),
            field_of(event, "detail", "jobRunId"),
            field_of(event, "detail", "state"),
        )


@dataclass(frozen=True)
class TrainingJobEvent:
    """`SageMaker Training Job State Change`: the job's name tells its attempt."""

    event_id: str
    job_name: str
    status: str

    @classmethod
    def parse(cls, event: dict[str, Any]) -> "TrainingJobEvent":
        """Read the event; UnreadableEvent if it lacks a field."""
        return cls(
            field_of(event, "id"),
            field_of(event, "detail", "TrainingJobName"),
            field_of(event, "detail", "TrainingJobStatus"),
        )
