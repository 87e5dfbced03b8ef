"""What happens to a stage in its life, every event delivered: each journey ends as it should, or raises."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chaos import uploads
from chaos.permissions.traveller import Traveller, WentWrong
from cli.notices import read_inbox
from marquee.ledger import Stage as At


def live(traveller: Traveller) -> None:
    """A good upload becomes the champion; its predecessor, if there is one, is asked the same rows."""
    run_id = traveller.drop("good")
    traveller.stands(run_id, At.LIVE)
    traveller.told(run_id, "live")
    if _told_of_catalogue(traveller, run_id):
        raise WentWrong(f"the upload of {run_id} is not in the catalogue")


def live_again(traveller: Traveller) -> None:
    """A second good upload replaces the first: the champion is asked, the endpoint updated."""
    live(traveller)


def refused(traveller: Traveller) -> None:
    """A file without labels is refused."""
    run_id = traveller.stage.drop(f"unusable-{traveller.name}.csv", uploads.unusable_csv(traveller.seed))
    traveller.stands(run_id, At.FAILED)
    traveller.told(run_id, "refused")


def rejected(traveller: Traveller) -> None:
    """A worse candidate is rejected."""
    run_id = traveller.drop("worse")
    traveller.stands(run_id, At.REJECTED)
    traveller.told(run_id, "rejected")


def etl_failed(traveller: Traveller) -> None:
    """A Glue job that fails ends its run."""
    _fails(traveller, "etlfails")


def not_catalogued(traveller: Traveller) -> None:
    """There is no crawler: the run goes on, and somebody is told."""
    with _without_crawler(traveller):
        run_id = traveller.drop("etlfails")
        what = f"the notice that {run_id} is not in the catalogue"
        traveller.awaited(lambda: _told_of_catalogue(traveller, run_id) or None, what)


def training_failed(traveller: Traveller) -> None:
    """A training job that fails ends its run."""
    _fails(traveller, "trainingfails")


def release_failed(traveller: Traveller) -> None:
    """A model that cannot be served ends its run for that reason, and the champion still answers."""
    run_id = _fails(traveller, "unstartable")
    reason = traveller.ledger.get(run_id).reason
    if "does not start" not in reason:
        # That its execution failed ends a run, too; but it says nothing of the model.
        raise WentWrong(f"{run_id} does not say what is wrong with its model: {reason}")
    traveller.asks("/predict", {"text": "a wonderful film"})


def rerun(traveller: Traveller) -> None:
    """An ended run is run again; where the call ended half done, the reconciler starts what it began."""
    run_id = _fails(traveller, "trainingfails")
    traveller.stage.invoke("rerun", json.dumps({"run_id": run_id}).encode())
    traveller.reconcile()
    traveller.awaited(lambda: traveller.ledger.get(run_id).attempt == 2 or None, f"attempt 2 of {run_id}")
    traveller.stands(run_id, At.FAILED)


def duplicate(traveller: Traveller) -> None:
    """The same content dropped twice is one run, and is told."""
    content = uploads.unusable_csv(traveller.seed)
    first = traveller.stage.drop(f"twice-{traveller.name}.csv", content)
    traveller.stands(first, At.FAILED)
    if traveller.stage.drop(f"twice-{traveller.name}.csv", content) != first:
        raise WentWrong("the same content became another run")
    traveller.told(first, "duplicate")


def reads(traveller: Traveller) -> None:
    """The address answers: a prediction, the runs, one run, the model."""
    traveller.asks("/predict", {"text": "a wonderful film"})
    runs = traveller.asks("/runs")["runs"]
    traveller.asks(f"/runs/{runs[0]['run_id']}")
    traveller.asks("/model")


def batch(traveller: Traveller) -> None:
    """A batch becomes a sheet of predictions."""
    name = f"{traveller.name}.csv"
    traveller.stage.drop_batch(name, uploads.batch_csv(traveller.seed))
    s3, bucket = traveller.stage.client("s3"), traveller.stage.account.outputs["BatchBucketName"]

    def look() -> bool | None:
        prefix = f"batch/out/{traveller.name}"
        return bool(s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents")) or None

    traveller.awaited(look, f"the predictions of {name}")


def batch_refused(traveller: Traveller) -> None:
    """A batch without texts is refused."""
    name = f"refused-{traveller.name}.csv"
    traveller.stage.drop_batch(name, b"id,mood\n1,fine\n")
    (found,) = [b for b in _batches(traveller, name) if b]
    traveller.told(found, "batch_failed")


def _batches(traveller: Traveller, name: str) -> list[str]:
    def look() -> list[str] | None:
        every = traveller.stage.account.batches().batches(50)
        return [batch.batch_id for batch in every if batch.upload.key.endswith(name)] or None

    return traveller.awaited(look, f"the batch {name}")


def _told_of_catalogue(traveller: Traveller, run_id: str) -> bool:
    notices = read_inbox(traveller.stage.account)
    return any("not in the catalogue" in one.subject and run_id in one.text for one in notices)


@contextmanager
def _without_crawler(traveller: Traveller) -> Iterator[None]:
    glue, name = traveller.stage.client("glue"), traveller.stage.account.outputs["RawCrawlerName"]
    wanted = glue.meta.service_model.operation_model("CreateCrawler").input_shape.members

    def idle() -> Any:
        crawler = glue.get_crawler(Name=name)["Crawler"]
        return crawler if crawler["State"] == "READY" else None

    crawler = traveller.awaited(idle, f"the end of crawler {name}")
    glue.delete_crawler(Name=name)
    try:
        yield
    finally:
        glue.create_crawler(**{member: value for member, value in crawler.items() if member in wanted})


def _fails(traveller: Traveller, behaviour: str) -> str:
    run_id = traveller.drop(behaviour)
    traveller.stands(run_id, At.FAILED)
    traveller.told(run_id, "failed")
    return run_id
