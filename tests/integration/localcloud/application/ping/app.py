"""Asks an endpoint and gives its answer back."""

import time
from typing import Any

import boto3
from botocore.exceptions import ClientError

endpoints = boto3.client("sagemaker-runtime")


def handler(event: Any, context: Any) -> Any:
    name = event["rawPath"].strip("/") or "allowed"
    if name == "sleep":
        time.sleep(1.0)
        return {"statusCode": 200, "body": "slept"}
    if name == "raise":
        raise RuntimeError("a secret")
    try:
        answer = endpoints.invoke_endpoint(EndpointName=name, Body=b"{}")
    except ClientError as error:
        return {"statusCode": 403, "body": error.response["Error"]["Code"]}
    return {"statusCode": 200, "body": answer["Body"].read().decode()}
