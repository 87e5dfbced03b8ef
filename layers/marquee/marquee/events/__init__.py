"""The events that reach a function, as small frozen types in Marquee's own words."""

from marquee.events.executions import ExecutionEvent
from marquee.events.jobs import EtlJobEvent, TrainingJobEvent
from marquee.events.steps import Step
from marquee.events.uploads import UploadEvent

__all__ = ["EtlJobEvent", "ExecutionEvent", "Step", "TrainingJobEvent", "UploadEvent"]
