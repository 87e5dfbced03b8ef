"""From a dropped CSV to predictions, by events alone."""

import csv
import json
import re
import time
from pathlib import Path

import pytest

from cli.commands.demo import REVIEWS
from marquee.ledger import Run
from marquee.ledger import Stage as RunStage
from tests.e2e.conftest import Drops
from tests.e2e.stage import ROOT, Stage, awaited


@pytest.fixture
def live(stage: Stage, drops: Drops) -> Run:
    """A run that went live; whichever of the two files is judged second has to beat the other."""
    ends = [stage.ended(run_id) for run_id in (drops.first, drops.second)]
    (run, *_) = [run for run in ends if run.stage == RunStage.LIVE] or pytest.fail(str(ends))
    return run


def test_a_dropped_csv_becomes_a_live_model(live: Run) -> None:
    facts = live.facts
    splits = sum(facts[f"rows_{split}"] for split in ("train", "validation", "test", "unlabelled"))
    assert splits + facts["rows_refused"] == facts["rows"]
    assert 0.8 < facts["accuracy"] < 1
    stages = [change.stage for change in live.history]
    assert stages == ["RECEIVED", "PREPARING", "TRAINING", "JUDGING", "RELEASING", "LIVE"]


def test_its_notice_says_how_good_it_is(stage: Stage, live: Run) -> None:
    notice = stage.notice(live.run_id, "live")

    assert f"{live.facts['accuracy']:.1%}" in notice.text
    assert notice.attributes["stage"] == "LIVE"


def test_two_files_dropped_together_both_end(stage: Stage, drops: Drops) -> None:
    first, second = stage.ended(drops.first), stage.ended(drops.second)

    assert {first.stage, second.stage} <= {RunStage.LIVE, RunStage.REJECTED}, (first.reason, second.reason)
    assert (first.facts["rows"], second.facts["rows"]) == (2055, 2056)


def test_the_same_file_twice_at_once_is_one_run(stage: Stage, drops: Drops) -> None:
    stage.ended(drops.first)

    runs = [run for run in stage.account.ledger().runs(100) if run.upload.key == "raw/first.csv"]
    jobs = stage.account.client("sagemaker").list_training_jobs(NameContains=drops.first)

    assert [run.run_id for run in runs] == [drops.first]
    assert len(stage.job_runs(drops.first)) == 1
    assert len(jobs["TrainingJobSummaries"]) == 1
    assert len(stage.notices(drops.first)) <= 2  # how it ended, and that there was a duplicate


def test_the_address_tells_good_from_bad(stage: Stage, drops: Drops) -> None:
    stage.ended(drops.first)

    done = stage.command("predict", *REVIEWS, "--json")

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    labels = [prediction["label"] for prediction in answer["predictions"]]
    assert labels[:2] == ["positive", "negative"]
    assert answer["model"]["run_id"] in {drops.first, drops.second, drops.killed}


def test_a_text_it_cannot_judge_is_a_plain_refusal(stage: Stage, drops: Drops) -> None:
    stage.ended(drops.first)

    done = stage.command("predict", "   ")

    assert done.returncode == 1
    assert "refused (4" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_batch_keeps_rows_and_columns_and_adds_predictions(
    stage: Stage, drops: Drops, tmp_path: Path
) -> None:
    stage.ended(drops.first)
    rows = [("a", "Absolutely wonderful, I loved it."), ("b", 'Awful, "dull"\nand boring.'), ("c", "")]
    source, out = tmp_path / "new.csv", tmp_path / "out.csv"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows([("code", "review"), *rows])

    done = stage.command("batch", source, "--out", out, "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 3
    with out.open(newline="") as file:
        predicted = list(csv.DictReader(file))
    assert [(row["code"], row["review"]) for row in predicted] == rows
    assert list(predicted[0])[2:] == ["label", "confidence", "score_negative", "score_positive"]
    assert [row["label"] for row in predicted[:2]] == ["positive", "negative"]


@pytest.mark.parametrize("query", ["template", "README"])
def test_a_query_counts_reviews_per_label(stage: Stage, drops: Drops, query: str) -> None:
    run = stage.ended(drops.first)
    sql = named_query(stage) if query == "template" else readme_query()

    def counted() -> int | None:
        """The reviews of the run that the catalogue knows; its crawler may still be at work."""
        rows = answer(stage, sql)
        return sum(int(row["reviews"]) for row in rows if row["dataset"] == drops.first) or None

    splits = ("train", "validation", "test", "unlabelled")
    assert awaited(counted, 90, "the catalogue") == sum(run.facts[f"rows_{split}"] for split in splits)


def named_query(stage: Stage) -> str:
    athena = stage.account.client("athena")
    group = stage.account.outputs["AthenaWorkGroupName"]
    (query,) = athena.list_named_queries(WorkGroup=group)["NamedQueryIds"]
    return str(athena.get_named_query(NamedQueryId=query)["NamedQuery"]["QueryString"])


def readme_query() -> str:
    (query,) = re.findall(r'--query-string "([^"]*)"', (ROOT / "README.md").read_text())
    return str(query)


def answer(stage: Stage, sql: str) -> list[dict[str, str]]:
    """What Athena answers, by column; nothing while there is no such table yet."""
    athena, group = stage.account.client("athena"), stage.account.outputs["AthenaWorkGroupName"]
    context = {"Database": stage.account.outputs["GlueDatabaseName"]}
    started = athena.start_query_execution(QueryString=sql, WorkGroup=group, QueryExecutionContext=context)
    query = started["QueryExecutionId"]
    while True:
        state = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
        if state not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.2)
    if state != "SUCCEEDED":
        return []
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    header, *found = [[cell.get("VarCharValue", "") for cell in row["Data"]] for row in rows]
    return [dict(zip(header, row, strict=True)) for row in found]


def test_a_rollback_lists_what_is_kept_and_may_be_repeated(stage: Stage, live: Run) -> None:
    listed = stage.command("rollback", "--list", "--json")
    versions = json.loads(listed.stdout)
    (answering,) = [one["version"] for one in versions if one["answers"]]

    again = stage.command("rollback", answering, "--json")

    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == {"status": "done", "version": answering, "reason": ""}
    unknown = stage.command("rollback", "99")
    assert unknown.returncode == 1
    assert f"what is kept is {', '.join(one['version'] for one in versions)}" in unknown.stderr


def test_a_serverless_endpoint_shows_its_traffic_and_says_why_it_cannot_be_shared(
    stage: Stage, live: Run
) -> None:
    shown = stage.command("traffic", "--json")
    (variant,) = json.loads(shown.stdout)
    assert (variant["variant"], variant["percent"]) == ("live", 100)

    refused = stage.command("traffic", f"{variant['version']}=10")

    assert refused.returncode == 1
    assert "a serverless endpoint has one variant" in refused.stderr


def test_no_trial_endpoint_is_left(stage: Stage, live: Run) -> None:
    def only_the_live_one() -> bool | None:
        listed = stage.account.client("sagemaker").list_endpoints(NameContains="trial")["Endpoints"]
        return not listed or None

    assert awaited(only_the_live_one, 120, "the end of every trial endpoint")
