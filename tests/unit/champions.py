"""A champion that no run of the test has made."""

from marquee.ledger import Champion, Table


def seed_champion(table: str, champion: Champion) -> None:
    """Write the champion's pointer as a promotion leaves it."""
    item = {"pk": "champion", "kind": "champion", "created_at": champion.since, **champion.to_item()}
    Table(table).put(item)
