"""What happens to a stage in its life, every event delivered: each journey ends as it should, or raises."""

import json

from chaos import uploads
from chaos.permissions.traveller import Traveller, WentWrong
from cli.notices import read_inbox
from marquee.ledger import Stage as At


def live(traveller: Traveller) -> None:
    """A good upload becomes the champion; its predecessor, if there is one, is asked the same rows."""
    run_id = traveller.stage.drop(f"good-{traveller.name}.csv", _fresh(traveller))
    traveller.stands(run_id, At.LIVE)
    traveller.told(run_id, "live")
    notices = read_inbox(traveller.stage.account)
    if any("not in the catalogue" in one.subject and run_id in one.text for one in notices):
        raise WentWrong(f"the upload of {run_id} is not in the catalogue")


def live_again(traveller: Traveller) -> None:
    """A second good upload replaces the first: the champion is asked, the endpoint updated."""
    live(traveller)


def refused(traveller: Traveller) -> None:
    """A file without labels is refused."""
    run_id = traveller.stage.drop(f"unusable-{traveller.name}.csv", uploads.unusable_csv(_seed(traveller)))
    traveller.stands(run_id, At.FAILED)
    traveller.told(run_id, "refused")


def rejected(traveller: Traveller) -> None:
    """A worse candidate is rejected."""
    run_id = traveller.stage.drop(f"worse-{traveller.name}.csv", _fresh(traveller))
    traveller.stands(run_id, At.REJECTED)
    traveller.told(run_id, "rejected")


def etl_failed(traveller: Traveller) -> None:
    """A Glue job that fails ends its run."""
    _fails(traveller, "etlfails")


def training_failed(traveller: Traveller) -> None:
    """A training job that fails ends its run."""
    _fails(traveller, "trainingfails")


def release_failed(traveller: Traveller) -> None:
    """A model that cannot be served ends its run, and the champion still answers."""
    _fails(traveller, "unstartable")
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
    content = uploads.unusable_csv(_seed(traveller))
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
    traveller.stage.drop_batch(name, uploads.batch_csv(_seed(traveller)))
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


def _fails(traveller: Traveller, behaviour: str) -> str:
    run_id = traveller.stage.drop(f"{behaviour}-{traveller.name}.csv", _fresh(traveller))
    traveller.stands(run_id, At.FAILED)
    traveller.told(run_id, "failed")
    return run_id


def _fresh(traveller: Traveller) -> bytes:
    return uploads.reviews_csv(_seed(traveller), rows=240)


def _seed(traveller: Traveller) -> int:
    return sum(map(ord, traveller.name))
