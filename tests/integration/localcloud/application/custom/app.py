"""A custom resource that answers CloudFormation itself."""

import json
import urllib.request
from typing import Any


def handler(event: Any, context: Any) -> Any:
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": "greeting",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Text": f"hello {event['ResourceProperties']['Name']}"},
    }
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request).close()
