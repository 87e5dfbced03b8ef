"""How training goes, in the form that the job's MetricDefinitions look for in its log."""

import time
from dataclasses import dataclass, field, replace


@dataclass
class Effort:
    """What a task took over all tries of its job: subwords, and seconds without those of validation."""

    tokens: int = 0
    seconds: float = 0.0

    def speed(self, before: "Effort") -> int:
        """Return subwords per second since then."""
        return round((self.tokens - before.tokens) / max(self.seconds - before.seconds, 1e-9))


@dataclass
class Progress:
    """Prints `<task>:<name>=<value>;` every few steps and after the last, and counts what they took."""

    task: str
    every: int
    speaks: bool
    effort: Effort
    _losses: list[float] = field(default_factory=list)
    _told: Effort = field(init=False)
    _since: float = field(default_factory=time.perf_counter)
    _number: int = 0
    _rate: float = 0.0

    def __post_init__(self) -> None:
        """Count from what earlier tries took."""
        self._told = replace(self.effort)

    def step(self, number: int, loss: float, rate: float, tokens: int) -> None:
        """Note a step (from 1): its mean loss, its learning rate and its subwords over all processes."""
        now = time.perf_counter()
        self.effort.tokens += tokens
        self.effort.seconds += now - self._since
        self._since = now
        self._losses.append(loss)
        self._number, self._rate = number, rate
        if number % self.every == 0:
            self.tell()

    def pause(self) -> None:
        """Leave out of the throughput what happened from the last step to now."""
        self._since = time.perf_counter()

    def tell(self) -> None:
        """Print what the steps came to that were not told of yet, if there are any."""
        if not self._losses:
            return
        values = {
            "step": self._number,
            "loss": round(sum(self._losses) / len(self._losses), 6),
            "learning_rate": float(f"{self._rate:.4g}"),
            "tokens_per_second": self.effort.speed(self._told),
        }
        say(self.task, values, self.speaks)
        self._losses, self._told = [], replace(self.effort)


def say(task: str, values: dict[str, float], speaks: bool = True) -> None:
    """Print metrics on one line."""
    if speaks:
        print(" ".join(f"{task}:{name}={value};" for name, value in values.items()), flush=True)
