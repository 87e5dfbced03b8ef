"""What an alarm tells a topic."""

import json

from localcloud.alarms import message

ALARM = {
    "AlarmName": "model-latency",
    "AlarmArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:model-latency",
    "AlarmDescription": "The model is slow.",
    "Namespace": "AWS/SageMaker",
    "MetricName": "ModelLatency",
    "ExtendedStatistic": "p95",
    "Statistic": "Average",
    "Dimensions": [{"Name": "EndpointName", "Value": "e"}],
    "Period": 60,
    "EvaluationPeriods": 1,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 5.0,
    "AlarmActions": ["arn:aws:sns:eu-central-1:123456789012:notices"],
}


def test_the_subject_names_state_alarm_and_region() -> None:
    assert message.subject(ALARM, "ALARM") == 'ALARM: "model-latency" in Europe (Frankfurt)'


def test_a_long_name_is_cut_to_what_sns_takes() -> None:
    assert len(message.subject({**ALARM, "AlarmName": "n" * 200}, "OK")) == 100


def test_the_body_has_the_members_that_consumers_of_aws_read() -> None:
    told = json.loads(message.body(ALARM, "OK", "ALARM", "because", at=0))

    assert told["AWSAccountId"] == "123456789012"
    assert (told["OldStateValue"], told["NewStateValue"]) == ("OK", "ALARM")
    assert told["NewStateReason"] == "because"
    assert told["StateChangeTime"] == "1970-01-01T00:00:00.000+0000"
    assert told["AlarmActions"] == ALARM["AlarmActions"]
    trigger = told["Trigger"]
    assert (trigger["StatisticType"], trigger["ExtendedStatistic"]) == ("ExtendedStatistic", "p95")
    assert trigger["Dimensions"] == [{"value": "e", "name": "EndpointName"}]
