"""Writes down which object it was told of."""

from typing import Any

import boto3


def handler(event: Any, context: Any) -> Any:
    bucket, key = event["detail"]["bucket"]["name"], event["detail"]["object"]["key"]
    boto3.client("s3").put_object(Bucket=bucket, Key=f"out/{key}", Body=event["detail-type"].encode())
