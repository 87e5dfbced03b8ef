"""The ledger, and SageMaker and Glue in memory."""

from collections.abc import Iterator

import pytest

from marquee import clients
from marquee.ledger import Ledger
from tests.unit.marquee.doubles import GlueDouble, SageMakerDouble


@pytest.fixture
def ledger(table: str) -> Ledger:
    return Ledger(table)


@pytest.fixture
def sagemaker(aws: None) -> Iterator[SageMakerDouble]:
    with SageMakerDouble().answering(clients.sagemaker(), clients.sagemaker_runtime()) as double:
        yield double


@pytest.fixture
def glue(aws: None) -> Iterator[GlueDouble]:
    with GlueDouble().answering(clients.glue(), clients.glue_once()) as double:
        yield double
