"""What a service says about a run whose event may have been lost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Working:
    """The service is still at work: nothing to do."""


@dataclass(frozen=True)
class Moved:
    """The run was moved on, as the lost event would have done."""


@dataclass(frozen=True)
class Broken:
    """The service ended badly; the run is to fail for this reason."""

    reason: str


@dataclass(frozen=True)
class Unknown:
    """The service says something that has no place in Marquee: a person must look."""

    sentence: str


@dataclass(frozen=True)
class Unasked:
    """The service could not be asked; the next pass asks again."""

    error: str


Finding = Working | Moved | Broken | Unknown | Unasked
