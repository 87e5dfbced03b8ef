"""Telling of what was found without a run, once each."""

from __future__ import annotations

from dataclasses import dataclass

from marquee.clock import now
from marquee.ledger import Table
from marquee.ledger.claims import claim_notice, notice_sent, release_notice
from marquee.notices.notify import LEASE_SECONDS
from marquee.services.topic import Topic

_NOTICE = "attention"


@dataclass(frozen=True)
class OrphanNotices:
    """Who was told is in the ledger's table, in an item per orphan."""

    table: Table
    topic: Topic

    @classmethod
    def of(cls, table: str, topic: Topic) -> OrphanNotices:
        """Wire it to AWS."""
        return cls(Table(table), topic)

    def tell(self, kind: str, name: str) -> None:
        """Say that something is being removed, unless it was said."""
        pk = f"orphan#{kind}/{name}"
        self.table.put_new({"pk": pk, "kind": "orphan", "created_at": now(), "notices": {}})
        if not claim_notice(self.table, pk, _NOTICE, LEASE_SECONDS):
            return
        attributes = {"stage": "ORPHAN", "outcome": _NOTICE, "run_id": name}
        try:
            self.topic.publish(f"Marquee: a {kind} without a run", _text(kind, name), attributes)
        except Exception:
            release_notice(self.table, pk, _NOTICE)
            raise
        notice_sent(self.table, pk, _NOTICE)


def _text(kind: str, name: str) -> str:
    parts = {
        "What": f"A {kind} was found that no run or batch needs. It is being removed.",
        "Where": f"{kind} {name}",
        "Why": "Its run ended without it, or there is none: whoever made it died before it was recorded, "
        "or somebody made it by hand under a name of Marquee's.",
        "What next": "Nothing, if you made nothing by hand.",
    }
    return "\n\n".join(f"{title}: {text}" for title, text in parts.items())
