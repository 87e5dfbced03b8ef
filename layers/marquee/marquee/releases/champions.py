"""The champions: the one that answers, and the ones before it that can be brought back."""

from dataclasses import replace

from marquee.clock import now
from marquee.ledger import Champion, Run

# The champion and the two good ones before it (docs/decisions.md); of those withdrawn as many as before it.
KEPT = 3


class UnknownVersion(LookupError):
    """A version that cannot be brought back; names those that can."""

    def __init__(self, version: str, champion: Champion) -> None:
        there = ", ".join(one.version for one in kept(champion))
        super().__init__(
            f"version {version} cannot be brought back: what is kept is {there} (`marquee rollback --list`); "
            "older ones and those that never went live have no endpoint config any more"
        )


def promoted(run: Run, before: Champion | None) -> Champion:
    """Return the champion that a verified run becomes, with those before it to fall back to."""
    facts = run.facts
    return Champion(
        run.run_id,
        run.attempt_id,
        facts["model_version"],
        facts["endpoint_config"],
        facts["accuracy"],
        since=now(),
        begun=run.began_at,
        previous=_pile(before) if before else (),
    )


def brought_back(champion: Champion, version: str) -> Champion:
    """Return the champion that an earlier version becomes; the present one is withdrawn."""
    target = find(champion, version)
    rest = tuple(one for one in _pile(replace(champion, withdrawn=True)) if one.version != version)
    return replace(
        target, since=now(), previous=rest, withdrawn=False, instead_of=champion.version, challenger=None
    )


def kept(champion: Champion) -> tuple[Champion, ...]:
    """Return what can be brought back, the champion itself first."""
    return (champion, *(one for one in champion.previous if one.version not in _outdated(champion)))


def outdated(champion: Champion) -> tuple[Champion, ...]:
    """Return the champions of before whose models and configs are to go."""
    return tuple(one for one in champion.previous if one.version in _outdated(champion))


def find(champion: Champion, version: str) -> Champion:
    """Return a kept champion by its version; UnknownVersion if it is not kept."""
    for one in kept(champion):
        if one.version == version:
            return one
    raise UnknownVersion(version, champion)


def before(champion: Champion) -> Champion | None:
    """Return the champion before this one, leaving out those that were rolled back from."""
    return next((one for one in kept(champion)[1:] if not one.withdrawn), None)


def _outdated(champion: Champion) -> set[str]:
    """Versions beyond those kept: one that was rolled back from takes no good one's place."""
    good, withdrawn = (
        [one.version for one in champion.previous if one.withdrawn is wanted] for wanted in (False, True)
    )
    return {*good[KEPT - 1 :], *withdrawn[KEPT - 1 :]}


def _pile(champion: Champion) -> tuple[Champion, ...]:
    alone = replace(champion, previous=(), wanted="", asked_at="", asleep=False)
    return (alone, *champion.previous)
