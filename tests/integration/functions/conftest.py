"""The pipeline of the unit tests: functions against AWS in memory."""

from tests.unit.conftest import aws, quick_moto, shared_clients, table
from tests.unit.functions.conftest import environment, glue, pipeline, queue, sagemaker

__all__ = [
    "aws",
    "environment",
    "glue",
    "pipeline",
    "queue",
    "quick_moto",
    "sagemaker",
    "shared_clients",
    "table",
]
