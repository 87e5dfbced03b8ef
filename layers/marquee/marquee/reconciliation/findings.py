"""What a service says about a run whose event may have been lost."""

from dataclasses import dataclass

from marquee.clock import later, now
from marquee.observability import count, logger

# Past a deadline: what was set to work shortly before may still end well (finish_transform has 15 minutes,
# and Lambda invokes it three times), and so may what could not be asked about just then.
GRACE_SECONDS = 3600


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


def is_hopeless(finding: Finding, deadline: str) -> bool:
    """Whether what was to be over by `deadline` is to be given up, after what its service said."""
    if isinstance(finding, Moved):
        return False
    return deadline < (later(-GRACE_SECONDS) if isinstance(finding, Unasked) else now())


def said(finding: Finding) -> str:
    """Return what the reason of a missed deadline adds of what the service said."""
    if isinstance(finding, Unasked):
        return f"; its service could not be asked: {finding.error}"
    return f"; {finding.sentence}" if isinstance(finding, Unknown) else ""


def counted(stage: str, finding: Finding) -> str:
    """Log and count what was found of something at `stage`; return the finding's name."""
    kind = type(finding).__name__.lower()
    logger().info("reconciled", extra={"stage": stage, "finding": kind, "detail": str(finding)})
    count("Reconciled", finding=kind, stage=stage)
    return kind
