"""The pipeline of the unit tests: functions against AWS in memory."""

from tests.unit.conftest import aws, fresh_clients, quick_moto, table
from tests.unit.functions.conftest import environment, glue, pipeline, queue, sagemaker

__all__ = [
    "aws",
    "environment",
    "fresh_clients",
    "glue",
    "pipeline",
    "queue",
    "quick_moto",
    "sagemaker",
    "table",
]
