"""What List actions do with their filters."""

from typing import Any

from localcloud.awsjson import Request
from localcloud.sagemaker.listing import page

JOBS: list[dict[str, Any]] = [
    {"TransformJobName": f"marquee-{number}", "TransformJobStatus": status, "CreationTime": float(number)}
    for number, status in enumerate(["Completed", "InProgress", "Completed", "Failed"])
]


def listed(**wanted: Any) -> list[str]:
    request = Request("ListTransformJobs", wanted, "123456789012", "us-east-1")
    found = page(request, "Jobs", "TransformJob", JOBS, ["TransformJobName"])
    return [job["TransformJobName"].removeprefix("marquee-") for job in found["Jobs"]]


def test_newest_first_unless_asked_otherwise() -> None:
    assert listed() == ["3", "2", "1", "0"]
    assert listed(SortOrder="Ascending") == ["0", "1", "2", "3"]


def test_filters_narrow_by_name_status_and_time() -> None:
    assert listed(NameContains="QUEE-2") == ["2"]
    assert listed(StatusEquals="Completed") == ["2", "0"]
    assert listed(CreationTimeAfter=1.0, CreationTimeBefore=2.0) == ["2", "1"]
    assert listed(NameContains="other") == []


def test_pages_follow_each_other() -> None:
    request = Request("ListTransformJobs", {"MaxResults": 3}, "123456789012", "us-east-1")
    first = page(request, "Jobs", "TransformJob", JOBS, ["TransformJobName"])

    assert (len(first["Jobs"]), first["NextToken"]) == (3, "3")
    assert listed(MaxResults=3, NextToken=first["NextToken"]) == ["0"]
