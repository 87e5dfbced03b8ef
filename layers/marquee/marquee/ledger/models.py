"""What the ledger holds: runs, their history, and the champion."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from marquee.identity import Attempt


class Stage(StrEnum):
    """Where a run stands."""

    RECEIVED = "RECEIVED"
    PREPARING = "PREPARING"
    TRAINING = "TRAINING"
    JUDGING = "JUDGING"
    RELEASING = "RELEASING"
    LIVE = "LIVE"
    REJECTED = "REJECTED"
    FAILED = "FAILED"


ENDED = (Stage.LIVE, Stage.REJECTED, Stage.FAILED)
RUNNING = tuple(stage for stage in Stage if stage not in ENDED)


# For room, or for a turn. Longer than any queue should be: what still waits then waits for something
# that never comes. The state machines have a day more (statemachines/), for all of their waits together.
MAY_WAIT_SECONDS = 3 * 86_400


class RunNotFound(LookupError):
    """The ledger has no run of that id."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"there is no run {run_id!r} in the ledger; `marquee runs` lists those there are")
        self.run_id = run_id


@dataclass(frozen=True)
class Upload:
    """The object a user dropped; `size` in bytes, `sequencer` orders events of one key."""

    bucket: str
    key: str
    etag: str
    size: int = 0
    sequencer: str = ""


@dataclass(frozen=True)
class Change:
    """One line of a run's history."""

    stage: str
    at: str
    cause: str
    event_id: str = ""


@dataclass(frozen=True)
class Work:
    """How often a stage's work was asked for in an attempt, and how often it had to wait, for what."""

    tries: int = 0
    waits: int = 0
    waiting_since: str = ""
    waiting_for: str = ""


@dataclass(frozen=True)
class Run:
    """Everything one upload causes; times are ISO 8601 UTC, `facts` is flat.

    `began_at` is when the present attempt began, `opened_at` when something was last to be done for it.
    At `ask_at` the reconciler begins to ask the service, at `deadline` it gives up.
    """

    run_id: str
    upload: Upload
    created_at: str
    updated_at: str
    began_at: str = ""
    opened_at: str = ""
    ask_at: str = ""
    deadline: str = ""
    attempt: int = 1
    stage: Stage = Stage.RECEIVED
    facts: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    history: tuple[Change, ...] = ()
    notices: dict[str, dict[str, str]] = field(default_factory=dict)
    work: dict[str, Work] = field(default_factory=dict)

    @property
    def working(self) -> Work:
        """The work of the stage under way."""
        return self.work.get(work_key(self.attempt, self.stage), Work())

    @property
    def current(self) -> Attempt:
        """The attempt under way, or the last one."""
        return Attempt(self.run_id, self.attempt)

    @property
    def attempt_id(self) -> str:
        """The id of the attempt under way, or of the last one."""
        return self.current.id

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to this run by itself."""
        return self.stage in ENDED

    def to_item(self) -> dict[str, Any]:
        """Return the run as plain lists, dicts, strings and numbers."""
        return {**asdict(self), "stage": str(self.stage), "history": [asdict(c) for c in self.history]}

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> "Run":
        """Read back what `to_item` gave; keys of the table itself are ignored."""
        known = {name: item[name] for name in cls.__dataclass_fields__ if name in item}
        known["upload"] = Upload(**item["upload"])
        known["stage"] = Stage(item["stage"])
        known["history"] = tuple(Change(**change) for change in item["history"])
        known["work"] = {key: Work(**work) for key, work in item.get("work", {}).items()}
        return cls(**known)


def work_key(attempt: int, stage: str) -> str:
    """Return under which key a run's `work` holds that of one stage of one attempt."""
    return f"{attempt}-{stage}"


@dataclass(frozen=True)
class Challenger:
    """The version that answers `percent` of the requests beside the champion, in an A/B test."""

    version: str
    percent: int


@dataclass(frozen=True)
class Champion:
    """The model that is answering now; `version` is its number in the model registry.

    `begun`: when its attempt began; `previous`: the champions before it that can be brought back, the last
    one first, each `withdrawn` if it was rolled back from; `instead_of`: the version it was brought back for.
    `wanted`: the config that the endpoint was last asked to run for anything but a release, at `asked_at`.
    `asleep`: nobody asked it for so long that its endpoint was deleted.
    """

    run_id: str
    attempt_id: str
    version: str
    endpoint_config: str
    accuracy: float
    since: str
    begun: str = ""
    previous: tuple["Champion", ...] = ()
    withdrawn: bool = False
    instead_of: str = ""
    challenger: Challenger | None = None
    wanted: str = ""
    asked_at: str = ""
    asleep: bool = False

    def to_item(self) -> dict[str, Any]:
        """Return the champion as plain lists, dicts, strings and numbers."""
        return asdict(self)

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> "Champion":
        """Read back what `to_item` gave; keys of the table itself are ignored."""
        known = {name: item[name] for name in cls.__dataclass_fields__ if name in item}
        known["previous"] = tuple(cls.from_item(one) for one in item.get("previous", ()))
        known["challenger"] = Challenger(**item["challenger"]) if item.get("challenger") else None
        return cls(**known)


@dataclass(frozen=True)
class Promotion:
    """A new champion, if the present one is version `replaces` (None: there is none yet)."""

    champion: Champion
    replaces: str | None
