"""Telling, once, of what is no run's: who was told is in an item of its own in the ledger's table."""

from __future__ import annotations

from dataclasses import dataclass

from marquee.clock import now
from marquee.ledger import Table
from marquee.ledger.claims import claim_notice, notice_sent, release_notice
from marquee.notices.notify import LEASE_SECONDS
from marquee.services.topic import Topic

_NOTICE = "attention"


@dataclass(frozen=True)
class Attention:
    """What a person should look at: of which `kind`, its `name` among those, and the notice."""

    kind: str
    name: str
    subject: str
    text: str


@dataclass(frozen=True)
class TellOnce:
    """Sends each such notice once."""

    table: Table
    topic: Topic

    @classmethod
    def of(cls, table: str, topic: Topic) -> TellOnce:
        """Wire it to AWS."""
        return cls(Table(table), topic)

    def tell(self, attention: Attention) -> bool:
        """Send a notice unless it was sent; whether it was sent now."""
        pk = f"{attention.kind}#{attention.name}"
        self.table.put_new({"pk": pk, "kind": attention.kind, "created_at": now(), "notices": {}})
        if not claim_notice(self.table, pk, _NOTICE, LEASE_SECONDS):
            return False
        attributes = {"stage": attention.kind.upper(), "outcome": _NOTICE, "run_id": attention.name}
        try:
            self.topic.publish(f"Marquee: {attention.subject}", attention.text, attributes)
        except Exception:
            release_notice(self.table, pk, _NOTICE)
            raise
        notice_sent(self.table, pk, _NOTICE)
        return True
