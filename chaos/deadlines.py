"""The ledger's own soft deadlines, only sooner: minutes are long for a trial, but what sets them is tried."""

from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from chaos.findings import MOST
from chaos.stage import Stage
from marquee.batches import Batch
from marquee.clock import written
from marquee.ledger import Run

SCALE = 1 / 60
"""Two minutes pass in 2 s."""
_AS_THE_LEDGER_SAYS = timedelta(seconds=30)
"""No deadline of the ledger's own is so soon, and none that was moved is so late."""


def sooner(updated_at: str, ask_at: str) -> str:
    """When to ask about what last moved at `updated_at`; "" if its deadline has been moved already."""
    began = datetime.fromisoformat(updated_at)
    patience = datetime.fromisoformat(ask_at) - began if ask_at else timedelta()
    return written(began + patience * SCALE) if patience > _AS_THE_LEDGER_SAYS else ""


def hasten(stage: Stage) -> None:
    """Let the soft deadline of every run and batch come as much sooner as `SCALE` says."""
    found: dict[str, Run | Batch] = {f"run#{run.run_id}": run for run in stage.account.ledger().runs(MOST)}
    found |= {f"batch#{batch.batch_id}": batch for batch in stage.account.batches().batches(MOST)}
    for key, held in found.items():
        if moment := sooner(held.updated_at, held.ask_at):
            _move(stage, key, held.ask_at, moment)


def _move(stage: Stage, key: str, before: str, after: str) -> None:
    """Move one deadline, unless something happened to its run since it was read."""
    try:
        stage.client("dynamodb").update_item(
            TableName=stage.account.outputs["LedgerTableName"],
            Key={"pk": {"S": key}},
            UpdateExpression="SET ask_at = :after",
            ConditionExpression="ask_at = :before",
            ExpressionAttributeValues={":before": {"S": before}, ":after": {"S": after}},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
