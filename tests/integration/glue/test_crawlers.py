"""Crawlers through the API of a real cloud, and Athena over what they found."""

import io
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.integration.glue.aws import Aws, allow
from tests.integration.glue.dirty_reviews import gzipped

REVIEWS_PER_LABEL_AND_SPLIT = """
    SELECT label, split, count(*) AS reviews
    FROM curated WHERE dataset = 'run-1' GROUP BY label, split ORDER BY label, split
"""
CSV = 'Review,sentiment\n"Good, he said,\nand ""meant"" it",positive\nBad,negative\nFine,positive\n'


@pytest.fixture(scope="module")
def role(aws: Aws) -> str:
    return aws.role(allow("s3:GetObject", "s3:ListBucket"), allow("glue:*"), allow("logs:*"))


def _parquet(**columns: list[str]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def test_partitioned_parquet_becomes_a_table_that_athena_answers_from(aws: Aws, role: str) -> None:
    # given a dataset of two splits
    queue = aws.event_queue()
    train = _parquet(review_id=["1", "2"], review=["a", "b"], label=["positive", "negative"])
    aws.put("curated/dataset=run-1/split=train/part-0.parquet", train)
    aws.put(
        "curated/dataset=run-1/split=test/part-0.parquet",
        _parquet(review_id=["3"], review=["c"], label=["positive"]),
    )
    crawler, database = aws.crawler(role, "curated/")
    # when it is crawled
    assert aws.crawled(crawler)["LastCrawl"]["Status"] == "SUCCEEDED"
    # then Athena knows its rows
    assert aws.query(database, REVIEWS_PER_LABEL_AND_SPLIT) == [
        ["negative", "train", "1"],
        ["positive", "test", "1"],
        ["positive", "train", "1"],
    ]
    # and another dataset is one more partition of the same table
    aws.put("curated/dataset=run-2/split=test/part-0.parquet", train)
    aws.crawled(crawler)
    partitions = aws.client("glue").get_partitions(DatabaseName=database, TableName="curated")["Partitions"]
    assert sorted(p["Values"] for p in partitions) == [
        ["run-1", "test"],
        ["run-1", "train"],
        ["run-2", "test"],
    ]
    # EventBridge promises no order
    told = Counter(
        (event["detail"]["state"], event["detail"].get("partitionsCreated"))
        for event in aws.events(queue, crawler, 4)
    )
    assert told == {("Started", None): 2, ("Succeeded", "2"): 1, ("Succeeded", "1"): 1}


def test_quoted_csv_is_read_whole_with_a_classifier(aws: Aws, role: str) -> None:
    # given a CSV with commas, quotes and a newline in its texts, and an object the table cannot hold
    aws.put("raw/reviews.csv.gz", gzipped(CSV.encode()))
    aws.put("raw/readme.txt", "not a table")
    name = "quoted-csv"
    classifier = {"Name": name, "Delimiter": ",", "QuoteSymbol": '"', "ContainsHeader": "PRESENT"}
    aws.client("glue").create_classifier(CsvClassifier=classifier)
    crawler, database = aws.crawler(role, "raw/", Classifiers=[name])
    # when it is crawled
    last = aws.crawled(crawler)["LastCrawl"]
    # then the table has its columns, and the log tells what was left out
    table = aws.client("glue").get_table(DatabaseName=database, Name="raw")["Table"]
    assert [column["Name"] for column in table["StorageDescriptor"]["Columns"]] == ["review", "sentiment"]
    streams = {"logGroupName": last["LogGroup"], "logStreamName": last["LogStream"]}
    said = " ".join(event["message"] for event in aws.client("logs").get_log_events(**streams)["events"])
    assert "raw/readme.txt does not fit table raw" in said


def test_a_crawler_fails_for_what_its_role_may_not_do(aws: Aws) -> None:
    queue = aws.event_queue()
    aws.put("secret/rows.jsonl", '{"text": "a", "n": 1}\n')
    crawler, _ = aws.crawler(aws.role(allow("s3:ListBucket"), allow("glue:*")), "secret/")
    last = aws.crawled(crawler)["LastCrawl"]
    assert last["Status"] == "FAILED"
    assert "AccessDenied" in last["ErrorMessage"]
    told = {event["detail"]["state"]: event["detail"] for event in aws.events(queue, crawler, 2)}
    assert set(told) == {"Started", "Failed"}
    assert "AccessDenied" in told["Failed"]["errorMessage"]


def test_json_lines_keep_their_types(aws: Aws, role: str) -> None:
    aws.put(
        "json/rows.jsonl",
        '{"Text": "a", "stars": 4, "score": 0.5}\n{"Text": "b", "stars": 5, "score": 1.5}\n',
    )
    crawler, database = aws.crawler(role, "json/")
    aws.crawled(crawler)
    columns = aws.client("glue").get_table(DatabaseName=database, Name="json")["Table"]["StorageDescriptor"][
        "Columns"
    ]
    assert columns == [
        {"Name": "text", "Type": "string"},
        {"Name": "stars", "Type": "bigint"},
        {"Name": "score", "Type": "double"},
    ]
    assert aws.query(database, "SELECT sum(stars) FROM json") == [["9"]]


def test_the_catalogue_asks_iam_for_the_table(aws: Aws, role: str) -> None:
    _, database = aws.crawler(role, "none/")
    reader = aws.user(allow("glue:GetTables", resource="arn:aws:glue:*:*:catalog"))
    with pytest.raises(
        ClientError, match=f"glue:GetTables on resource: arn:aws:glue:us-east-1:\\d+:database/{database}"
    ):
        reader.client("glue").get_tables(DatabaseName=database)
