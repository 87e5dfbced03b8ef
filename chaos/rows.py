"""The rows of the table of faults, and what every subject of it is given."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from chaos.stage import Stage, deployed
from cli.terminal import Terminal


@dataclass(frozen=True)
class Row:
    """One line: a class of faults at one place, how often it was tried and survived, in how many seconds."""

    fault: str
    where: str
    tried: int
    survived: int
    seconds: float
    failures: tuple[str, ...] = ()
    """A sentence for each that was not survived: what broke."""
    replay: str = ""
    """The command that does it again; "" where `make chaos` itself is all there is."""
    remark: str = ""
    """What the figures alone would hide."""

    @property
    def held(self) -> bool:
        """Whether everything was survived, and there was something to survive."""
        return 0 < self.tried == self.survived and not self.failures

    def to_json(self) -> dict[str, Any]:
        """Return the row as JSON takes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> "Row":
        """Read what `to_json` gave."""
        return cls(**{**held, "failures": tuple(held["failures"])})


@dataclass(frozen=True)
class Options:
    """What was asked for: `quick` tries a few faults of each class, `seed` draws them."""

    terminal: Terminal
    quick: bool = False
    seed: int = 1
    schedules: int = 200
    """Random schedules of faults."""
    only_seed: bool = False
    """One schedule: that of `seed`."""
    shared: Stage | None = None
    """A stage on fast compute that stands already; without it each subject brings up its own."""

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """A stage on fast compute."""
        if self.shared:
            yield self.shared
        else:
            with deployed(self.terminal) as own:
                yield own


Subject = Callable[[Options], Iterator[Row]]
"""Tries one class of faults; yields its rows as they are known."""
