"""How training goes, in the form that the job's MetricDefinitions look for in its log."""

import time
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Prints `<task>:<name>=<value>;` every few steps, and counts what the whole task took."""

    task: str
    every: int
    speaks: bool
    tokens: int = 0
    seconds: float = 0.0
    _losses: list[float] = field(default_factory=list)
    _since: float = field(default_factory=time.perf_counter)
    _tokens: int = 0

    def step(self, number: int, loss: float, rate: float, tokens: int) -> None:
        """Note a step (from 1): its mean loss, its learning rate and its subwords over all processes."""
        self._losses.append(loss)
        self._tokens += tokens
        if number % self.every == 0:
            self._tell(number, rate)

    def _tell(self, number: int, rate: float) -> None:
        now = time.perf_counter()
        values = {
            "step": number,
            "loss": round(sum(self._losses) / len(self._losses), 6),
            "learning_rate": float(f"{rate:.4g}"),
            "tokens_per_second": round(self._tokens / max(now - self._since, 1e-9)),
        }
        say(self.task, values, self.speaks)
        self.tokens, self.seconds = self.tokens + self._tokens, self.seconds + now - self._since
        self._losses, self._tokens, self._since = [], 0, now

    def pause(self) -> None:
        """Leave out of the throughput what happens from the last step to now."""
        self._since = time.perf_counter() if not self._losses else self._since


def say(task: str, values: dict[str, float], speaks: bool = True) -> None:
    """Print metrics on one line."""
    if speaks:
        print(" ".join(f"{task}:{name}={value};" for name, value in values.items()), flush=True)
