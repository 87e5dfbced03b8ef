"""Endpoints: real processes behind InvokeEndpoint."""

import os
import signal
import time

import pytest
from botocore.exceptions import ClientError
from tests.integration.localcloud_sagemaker.aws import Aws


@pytest.fixture(scope="module")
def endpoint(aws: Aws) -> str:
    """An endpoint in service."""
    config = aws.config("hello-config", ("AllTraffic", aws.greeter("hello", "hello"), 1))
    aws.client("sagemaker").create_endpoint(EndpointName="greeter", EndpointConfigName=config)
    assert aws.settled("greeter")["EndpointStatus"] == "InService"
    return "greeter"


def test_an_endpoint_in_service_answers_through_its_script(aws: Aws, endpoint: str) -> None:
    answer = aws.invoke(endpoint, {"id": 1, "name": "ada"})

    assert answer["said"] == "hello"
    assert answer["name"] == "ADA"
    assert answer["variant"] == "AllTraffic"
    assert answer["pid"] != os.getpid()
