"""What a person is told when a batch came to an end: what, where, why, what next, what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from marquee.batches.ledger import BatchLedger
from marquee.batches.models import Batch, BatchStage
from marquee.costs import TRAINING_HOUR
from marquee.notices.notify import LEASE_SECONDS
from marquee.services.topic import Topic

_OUTCOMES = {BatchStage.DONE: "batch_done", BatchStage.FAILED: "batch_failed"}


@dataclass(frozen=True)
class BatchNotices:
    """Tells people how a batch ended, once."""

    ledger: BatchLedger
    topic: Topic

    def was_told(self, batch: Batch) -> bool:
        """Whether the notice of an ended batch went out."""
        return "sent_at" in batch.notices.get(_OUTCOMES[batch.stage], {})

    def tell(self, batch_id: str) -> None:
        """Send the notice of an ended batch, unless it was sent."""
        batch = self.ledger.get(batch_id)
        parts = _done(batch) if batch.stage == BatchStage.DONE else _failed(batch)
        self._send(batch, _OUTCOMES[batch.stage], parts)

    def warn(self, batch: Batch, sentence: str) -> None:
        """Say, once per batch, that its transform job is in a state nobody knows."""
        self._send(batch, "attention", _unknown(batch, sentence))

    def _send(self, batch: Batch, outcome: str, parts: dict[str, str]) -> None:
        if not self.ledger.claim_notice(batch.batch_id, outcome, LEASE_SECONDS):
            return
        attributes = {"stage": str(batch.stage), "outcome": outcome, "run_id": batch.batch_id}
        text = "\n\n".join(f"{title}: {sentence}" for title, sentence in parts.items())
        try:
            self.topic.publish(f"Marquee: {batch.batch_id} {outcome}", text, attributes)
        except Exception:
            self.ledger.release_notice(batch.batch_id, outcome)
            raise
        self.ledger.notice_sent(batch.batch_id, outcome)


def _done(batch: Batch) -> dict[str, str]:
    labels = ", ".join(f"{count:,} {label}" for label, count in sorted(batch.labels.items()))
    if empty := batch.rows - sum(batch.labels.values()):
        labels += f"{', ' if labels else ''}{empty:,} without a text, which got no label"
    output = f"s3://{batch.upload.bucket}/{batch.output_key}"
    return {
        "What": f"{batch.rows:,} rows were judged by model version {batch.model_version}: {labels}.",
        "Where": f"{output}, batch {batch.batch_id}",
        "Why": f"s3://{batch.upload.bucket}/{batch.upload.key} was dropped.",
        "What next": f"aws s3 cp '{output}' .",
        "What it cost": cost(batch),
    }


def _failed(batch: Batch) -> dict[str, str]:
    return {
        "What": "The file got no predictions; nothing was written under batch/out/.",
        "Where": f"s3://{batch.upload.bucket}/{batch.upload.key}, batch {batch.batch_id}",
        "Why": batch.reason,
        "What next": "Mend what is named above and drop the file again.",
        "What it cost": cost(batch),
    }


def _unknown(batch: Batch, sentence: str) -> dict[str, str]:
    return {
        "What": "A batch is in a state Marquee does not know.",
        "Where": f"s3://{batch.upload.bucket}/{batch.upload.key}, batch {batch.batch_id}",
        "Why": sentence,
        "What next": "Look at the transform job; the batch is failed at its deadline unless it moves.",
    }


def cost(batch: Batch) -> str:
    """Say what the transform job cost, in US dollars at us-east-1 list prices.

    Batch transform is billed by the second at the price of training on that instance
    (aws.amazon.com/sagemaker/ai/pricing).
    """
    if not batch.seconds:
        return "nothing worth naming: no transform job ran"
    hourly = TRAINING_HOUR.get(batch.instance_type)
    if hourly is None:
        return f"{batch.seconds:,.0f} s of {batch.instance_type}, whose price Marquee does not know"
    return f"about {hourly * batch.seconds / 3600:.2f} USD ({batch.seconds:,.0f} s of {batch.instance_type})"
