"""What the reconciler is there for: a journey whose event is lost, and which must go on all the same."""

import uuid

from chaos import uploads
from chaos.permissions.served import champion_of
from chaos.permissions.traveller import Traveller, WentWrong
from marquee import names
from marquee.batches import Batch
from marquee.clock import later
from marquee.identity import Attempt, run_id_of
from marquee.ledger import Change, Run, RunNotFound, Upload
from marquee.ledger import Stage as At
from marquee.ledger.catalogue import CatalogueRecord
from marquee.ledger.release_lock import ReleaseLock


def nothing_lost(traveller: Traveller) -> None:
    """The reconciler and its sweep find nothing: what they ask for each time is known after it.

    A run whose work they start has ten tries, and each denial takes one.
    """
    traveller.invoke("reconcile", {"quiet_seconds": 0, "sweep": True})


def dataset_event_lost(traveller: Traveller) -> None:
    """Glue succeeded and nobody heard it."""
    with traveller.losing("dataset-ready"):
        run_id = traveller.drop("good")
        traveller.stands(run_id, At.PREPARING)
        _healed(traveller, run_id, At.TRAINING, At.JUDGING, At.RELEASING, At.LIVE)
    traveller.stands(run_id, At.LIVE, At.REJECTED)


def model_event_lost(traveller: Traveller) -> None:
    """Training completed and nobody heard it."""
    with traveller.losing("model-trained"):
        run_id = traveller.drop("good")
        traveller.stands(run_id, At.TRAINING)
        _healed(traveller, run_id, At.JUDGING, At.RELEASING, At.LIVE)
    traveller.stands(run_id, At.LIVE, At.REJECTED)


def etl_failure_lost(traveller: Traveller) -> None:
    """Glue failed and nobody heard it."""
    with traveller.losing("dataset-failed"):
        run_id = traveller.drop("etlfails")
        _healed(traveller, run_id, At.FAILED)
    traveller.told(run_id, "failed")


def training_failure_lost(traveller: Traveller) -> None:
    """Training failed and nobody heard it."""
    with traveller.losing("training-failed"):
        run_id = traveller.drop("trainingfails")
        _healed(traveller, run_id, At.FAILED)


def never_prepared(traveller: Traveller) -> None:
    """A function died between recording a run and starting its preparation."""
    bucket, key = traveller.stage.account.outputs["RawBucketName"], f"raw/good-{traveller.name}.csv"
    with traveller.losing("uploaded"):
        run_id = traveller.drop("good")
        etag = traveller.stage.client("s3").head_object(Bucket=bucket, Key=key)["ETag"].strip('"')
        at = later(-3600)
        upload = Upload(bucket, key, etag, 1, "1")
        history = (Change(At.RECEIVED, at, "upload"),)
        run = Run(run_id, upload, at, at, deadline=later(3600), history=history)
        traveller.ledger.create(run)
        _healed(traveller, run_id, At.PREPARING, At.TRAINING, At.JUDGING, At.RELEASING, At.LIVE)
    traveller.stands(run_id, At.LIVE, At.REJECTED)


def never_released(traveller: Traveller) -> None:
    """A function died between moving a run to JUDGING and starting its release."""
    with traveller.losing("model-trained"):
        run_id = traveller.drop("good")
        traveller.stands(run_id, At.TRAINING)
        job = f"marquee-{traveller.stage.account.stage}-{run_id}"
        sagemaker = traveller.stage.client("sagemaker")

        def look() -> bool | None:
            status = sagemaker.describe_training_job(TrainingJobName=job)["TrainingJobStatus"]
            return status == "Completed" or None

        traveller.awaited(look, f"the end of {job}")
        traveller.ledger.advance(run_id, 1, [At.TRAINING], At.JUDGING, "start_release", deadline=later(3600))
        _healed(traveller, run_id, At.RELEASING, At.LIVE)
    traveller.stands(run_id, At.LIVE, At.REJECTED)


def past_its_deadline(traveller: Traveller) -> None:
    """A Glue job that does not end is stopped, and its run fails."""
    run_id = traveller.drop("etllingers")
    _overdue(traveller, run_id, At.PREPARING)
    traveller.told(run_id, "failed")


def training_past_its_deadline(traveller: Traveller) -> None:
    """A training job that does not end is stopped, and its run fails."""
    run_id = traveller.drop("traininglingers")
    _overdue(traveller, run_id, At.TRAINING)


def batch_events_lost(traveller: Traveller) -> None:
    """The transform job ended and nobody heard it."""
    name = f"{traveller.name}.csv"
    with traveller.losing("transform-ended"):
        traveller.stage.drop_batch(name, uploads.batch_csv(7))
        _batch_healed(traveller, name)


def _healed(traveller: Traveller, run_id: str, *at: At) -> None:
    def look() -> bool | None:
        traveller.reconcile()
        return traveller.ledger.get(run_id).stage in at or None

    traveller.awaited(look, f"the reconciler moving {run_id} on")


def _overdue(traveller: Traveller, run_id: str, at: At) -> None:
    traveller.stands(run_id, at)
    traveller.past_deadline(run_id)
    _healed(traveller, run_id, At.FAILED)


def _batch_healed(traveller: Traveller, name: str) -> None:
    batches = traveller.stage.account.batches()

    def look() -> bool | None:
        traveller.reconcile()
        found = [batch for batch in batches.batches(50) if batch.upload.key.endswith(name)]
        return (found and found[0].stage in ("DONE", "FAILED")) or None

    traveller.awaited(look, f"the reconciler ending the batch {name}")


def uploads_lost(traveller: Traveller) -> None:
    """Nobody heard of an upload and of a batch: the sweep finds both, and what belongs to no run."""
    name = f"{traveller.name}.csv"
    with traveller.losing("uploaded", "batch-uploaded", "reconcile"):
        run_id = traveller.drop("good")
        traveller.stage.drop_batch(name, uploads.batch_csv(traveller.seed))

        def look() -> bool | None:
            traveller.invoke("reconcile", {"quiet_seconds": 0, "sweep": True, "older_than_seconds": 0})
            try:
                traveller.ledger.get(run_id)
            except RunNotFound:
                return None
            every = traveller.stage.account.batches().batches(50)
            return any(batch.upload.key.endswith(name) for batch in every) or None

        traveller.awaited(look, "the sweep finding an upload and a batch")
    traveller.stands(run_id, At.LIVE, At.REJECTED)


def orphans_left(traveller: Traveller) -> None:
    """A model, and then an endpoint config, that belong to no run: the sweep deletes them."""
    for what, kind in (("Model", "model"), ("EndpointConfig", "endpoint_config")):
        _deleted(traveller, kind, _orphan(traveller, what, kind))


def _deleted(traveller: Traveller, kind: str, name: str) -> None:
    listed = getattr(traveller.stage.client("sagemaker"), f"list_{kind}s")

    def look() -> bool | None:
        traveller.invoke("reconcile", {"quiet_seconds": 0, "sweep": True, "older_than_seconds": 0})
        found = listed(NameContains=name)
        return not any(value for value in found.values() if isinstance(value, list)) or None

    with traveller.losing("reconcile"):
        traveller.awaited(look, f"the end of a {kind} of no run")


def _orphan(traveller: Traveller, what: str, kind: str) -> str:
    """Make one as the champion's is, named after an attempt that nobody knows; its name."""
    sagemaker, champion = traveller.stage.client("sagemaker"), champion_of(traveller)
    held = getattr(sagemaker, f"describe_{kind}")(**{f"{what}Name": champion.endpoint_config})
    wanted = sagemaker.meta.service_model.operation_model(f"Create{what}").input_shape.members
    request = {member: value for member, value in held.items() if member in wanted and value}
    attempt = Attempt(run_id_of(kind, traveller.name, uuid.uuid4().hex))
    name = names.attempt_name(traveller.stage.account.stage, attempt.id)
    getattr(sagemaker, f"create_{kind}")(**{**request, f"{what}Name": name})
    return name


def batch_never_started(traveller: Traveller) -> None:
    """A function died between recording a batch and starting its job."""
    with traveller.losing("batch-uploaded", "reconcile"):
        record_batch(traveller, deadline=later(3600))
        _batch_healed(traveller, f"{traveller.name}.csv")


def batch_past_its_deadline(traveller: Traveller) -> None:
    """A batch that nothing can save any more fails, and its job, if it has one, is stopped."""
    with traveller.losing("batch-uploaded", "reconcile"):
        batch_id = record_batch(traveller, deadline=later(-86_400))
        _batch_healed(traveller, f"{traveller.name}.csv")
    traveller.told(batch_id, "batch_failed")


def crawl_lost(traveller: Traveller) -> None:
    """A dataset is there that no crawl has seen, and nobody heard the crawler's end: it crawls again."""
    table = traveller.stage.account.outputs["LedgerTableName"]
    record = CatalogueRecord(table, traveller.stage.client("dynamodb"))

    def look() -> bool | None:
        traveller.reconcile()
        return not record.is_due() or None

    with traveller.losing("crawled", "reconcile"):
        record.wanted()
        traveller.awaited(look, "a crawl by the reconciler")


def record_batch(traveller: Traveller, deadline: str, waits: bool = False) -> str:
    """Drop a batch that stands at RECEIVED and that nobody works on; its id."""
    bucket = traveller.stage.account.outputs["BatchBucketName"]
    key, at = f"batch/in/{traveller.name}.csv", later(-7200)
    traveller.stage.drop_batch(f"{traveller.name}.csv", uploads.batch_csv(traveller.seed))
    head = traveller.stage.client("s3").head_object(Bucket=bucket, Key=key)
    upload = Upload(bucket, key, head["ETag"].strip('"'), head["ContentLength"], "1")
    batch_id = run_id_of(bucket, key, f"{upload.etag}/{upload.sequencer}")
    batch = Batch(batch_id, upload, created_at=at, updated_at=at, deadline=deadline, waits=waits)
    traveller.stage.account.batches().create(batch)
    return batch_id


def changes_left_half_done(traveller: Traveller) -> None:
    """Who asked for another version, or a share of the traffic, went away before it was done."""
    lock = ReleaseLock(traveller.stage.account.outputs["LedgerTableName"], traveller.stage.client("dynamodb"))
    champion = traveller.ledger.champion()
    if champion is None:
        raise WentWrong("no journey made a champion")
    with traveller.losing("reconcile"):
        for holder in (f"rollback#{champion.version}", f"traffic#{champion.version}=0"):
            lock.acquire(holder, 3600)
            traveller.reconcile()
            lock.free(holder)
