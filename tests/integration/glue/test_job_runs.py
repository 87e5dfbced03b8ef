"""Job runs through the API of a real cloud."""

import csv
import io
import zipfile

import pytest
from botocore.exceptions import ClientError

from tests.integration.glue.aws import Aws, allow

LOGS = "arn:aws:logs:us-east-1:000000000000:log-group:/aws-glue/tests"
SPARK_JOB = """
import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession
from greeting import greet
args = getResolvedOptions(sys.argv, ["JOB_NAME", "bucket", "shout"])
spark = SparkSession.builder.getOrCreate()
rows = spark.read.csv(f"s3://{args['bucket']}/in/", header=True)
table = f"s3://{args['bucket']}/out/table"
rows.repartition(2).write.mode("overwrite").partitionBy("kind").csv(table)
try:
    rows.select("text").write.text(f"s3://{args['bucket']}/forbidden/table")
except Exception as error:
    print("REFUSED", "AccessDenied" in str(error))
print(greet(args["shout"]), args["JOB_NAME"])
"""


@pytest.fixture(scope="module")
def role(aws: Aws) -> str:
    everything = f"arn:aws:s3:::{aws.bucket}"
    return aws.role(
        allow("s3:GetObject", "s3:ListBucket"),
        allow("s3:PutObject", "s3:DeleteObject", resource=f"{everything}/out/*"),
        allow("logs:CreateLogStream", "logs:PutLogEvents", resource=f"{LOGS}/output:*"),
    )


def _modules(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return stream.getvalue()


def test_a_spark_job_reads_and_writes_s3_under_its_role(aws: Aws, role: str) -> None:
    # given a job with a module of its own, a default argument and one of the run
    queue = aws.event_queue()
    modules = aws.put("code/greeting.zip", _modules(greeting="def greet(word): return word.upper()"))
    aws.put("in/rows.csv", "kind,text\na,one\nb,two\na,three\n")
    aws.put("out/table/kind=z/old.csv", "an older run wrote this")
    defaults = {"--extra-py-files": modules, "--bucket": aws.bucket, "--shout": "default"}
    defaults |= {"--custom-logGroup-prefix": "/aws-glue/tests"}
    aws.client("logs").create_log_group(logGroupName="/aws-glue/tests/output")
    job = aws.job(SPARK_JOB, role, DefaultArguments=defaults)
    # when it runs
    run_id = aws.run(job, Arguments={"--shout": "hello"}, Timeout=90)
    run = aws.ended(job, run_id)
    # then it has replaced what was there, and left nothing else
    assert run["JobRunState"] == "SUCCEEDED", run
    written = {key: aws.get(key).decode() for key in aws.keys("out/") if not key.endswith("_SUCCESS")}
    assert {key.split("/")[2] for key in written} == {"kind=a", "kind=b"}
    rows = [row for text in written.values() for row in csv.reader(io.StringIO(text))]
    assert sorted(rows) == [["one"], ["three"], ["two"]]
    # and the role kept it from writing elsewhere
    assert aws.keys("forbidden/") == []
    streams = {"logGroupName": "/aws-glue/tests/output", "logStreamName": run_id}
    printed = [event["message"] for event in aws.client("logs").get_log_events(**streams)["events"]]
    assert "REFUSED True" in printed
    assert f"HELLO {job}" in printed
    # and the world was told
    [event] = aws.events(queue, run_id, 1)
    assert (event["detail-type"], event["detail"]["state"]) == ("Glue Job State Change", "SUCCEEDED")


def test_a_script_that_throws_fails_with_its_sentence(aws: Aws, role: str) -> None:
    queue = aws.event_queue()
    job = aws.job("import sys\nraise ValueError('Only 10 rows are left.')\n", role)
    run = aws.ended(job, run_id := aws.run(job))
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == (
        "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 2; ValueError: Only 10 rows are left."
    )
    [event] = aws.events(queue, run_id, 1)
    assert event["detail"]["state"] == "FAILED"
    assert event["detail"]["message"].endswith("Only 10 rows are left.")


def test_a_process_that_is_killed_is_a_failed_run(aws: Aws, role: str) -> None:
    job = aws.job("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", role)
    run = aws.ended(job, aws.run(job))
    assert run["JobRunState"] == "FAILED"
    assert "was ended by signal 9" in run["ErrorMessage"]


def test_a_run_that_takes_too_long_or_is_stopped_ends(aws: Aws, role: str) -> None:
    # given a job that never ends, in a cloud whose minutes last a second
    job = aws.job("import time\ntime.sleep(600)\n", role, ExecutionProperty={"MaxConcurrentRuns": 2})
    late = aws.run(job, Timeout=1)
    # when one run is let be, and the other, which waits for it, is stopped
    stopped = aws.run(job)
    aws.until(lambda: aws.job_run(job, stopped), "JobRunState", "WAITING")
    with pytest.raises(ClientError) as refused:
        aws.run(job)
    answer = aws.client("glue").batch_stop_job_run(JobName=job, JobRunIds=[stopped])
    # then one timed out, the other stopped, and a third was too many
    assert [run["JobRunId"] for run in answer["SuccessfulSubmissions"]] == [stopped]
    assert aws.ended(job, late)["JobRunState"] == "TIMEOUT"
    assert aws.ended(job, stopped)["JobRunState"] == "STOPPED"
    assert refused.value.response["Error"]["Code"] == "ConcurrentRunsExceededException"
    runs = aws.client("glue").get_job_runs(JobName=job)["JobRuns"]
    assert [run["Id"] for run in runs] == [stopped, late]


def test_a_role_that_does_not_trust_glue_or_may_not_read_the_script_runs_nothing(aws: Aws) -> None:
    job = aws.job("print('never')", aws.role(allow("s3:ListBucket")))
    run = aws.ended(job, aws.run(job))
    assert run["JobRunState"] == "FAILED"
    assert "403" in run["ErrorMessage"]


def test_a_caller_needs_the_job_and_passrole(aws: Aws, role: str) -> None:
    job = aws.job("print('hello')", role)
    caller = aws.user(
        allow("glue:StartJobRun", resource="arn:aws:glue:*:*:job/other"), allow("glue:CreateJob")
    )
    with pytest.raises(ClientError, match="not authorized to perform: glue:StartJobRun"):
        caller.run(job)
    command = {"Name": "glueetl", "ScriptLocation": "s3://x/y.py"}
    with pytest.raises(ClientError, match="not authorized to perform: iam:PassRole"):
        caller.client("glue").create_job(Name="mine", Role=role, Command=command)
