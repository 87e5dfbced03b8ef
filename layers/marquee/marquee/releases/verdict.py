"""Whether a candidate may replace the champion, in one sentence with figures."""

from dataclasses import dataclass

from marquee.ledger import Champion
from marquee.releases.effort import Efforts


@dataclass(frozen=True)
class Bar:
    """What a candidate is held against; shares between 0 and 1."""

    floor: float
    most_drop: float


@dataclass(frozen=True)
class ChampionFigures:
    """How well the champion does, on how many rows; `note` says why not on the candidate's own."""

    version: str
    accuracy: float
    rows: int
    candidate_accuracy: float
    note: str = ""
    efforts: Efforts | None = None


@dataclass(frozen=True)
class Verdict:
    """The decision and why."""

    accepted: bool
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The reasons as one text."""
        return " ".join(self.reasons)


def judge(accuracy: float, rows: int, bar: Bar, champion: ChampionFigures | None) -> Verdict:
    """Hold a candidate's accuracy on `rows` test rows against the floor, and against the champion."""
    if accuracy < bar.floor:
        return Verdict(False, (f"{_figure(accuracy, rows)}, below the floor of {bar.floor:.1%}.",))
    reached = f"{_figure(accuracy, rows)}, above the floor of {bar.floor:.1%}."
    if champion is None:
        return Verdict(True, (reached, "There is no champion to compare it with."))
    drop = champion.accuracy - champion.candidate_accuracy
    # An epsilon, for 0.915 - 0.910 is a hair above 0.005 in binary.
    accepted = drop <= bar.most_drop + 1e-9
    compared = (reached, _comparison(champion, drop, bar.most_drop))
    if champion.efforts is None or not champion.efforts.other_kind:
        return Verdict(accepted, compared)
    return _across_kinds(champion.efforts, accepted, drop, compared)


def outdated(begun: str, champion: Champion) -> Verdict:
    """Refuse a candidate of an older upload than the champion's; `begun`: when its attempt began."""
    sentence = (
        f"The champion (version {champion.version}) was made of a newer upload, of {champion.begun}; "
        f"this one is of {begun}. An older model never replaces a newer one; `marquee rerun` makes it new."
    )
    return Verdict(False, (sentence,))


def _across_kinds(efforts: Efforts, accepted: bool, drop: float, compared: tuple[str, ...]) -> Verdict:
    """Add what each kind takes; a candidate that costs much more has to be better, not just hardly worse."""
    if accepted and efforts.much_dearer and drop > -1e-9:
        sentence = "It costs more than twice as much, so it would have to be more accurate."
        return Verdict(False, (*compared, efforts.sentence(), sentence))
    return Verdict(accepted, (*compared, efforts.sentence()))


def _figure(accuracy: float, rows: int) -> str:
    return f"The candidate gets {accuracy:.1%} of {rows:,} test reviews right"


def _comparison(champion: ChampionFigures, drop: float, most: float) -> str:
    where = champion.note or f"On the same {champion.rows:,} reviews"
    side = "worse" if drop > 0 else "better"
    difference = "as good" if abs(drop) < 5e-4 else f"{abs(drop) * 100:.1f} points {side}"
    return (
        f"{where} the champion (version {champion.version}) has {champion.accuracy:.1%} and the "
        f"candidate {champion.candidate_accuracy:.1%}: {difference} ({most * 100:.1f} worse are accepted)."
    )
