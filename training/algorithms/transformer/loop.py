"""The loop: steps, checkpoints, validation after each epoch, and an end that may come early."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from algorithms.transformer.batches import Batches
from algorithms.transformer.checkpoints import Checkpoints, Interruption
from algorithms.transformer.crew import Crew
from algorithms.transformer.knobs import Knobs
from algorithms.transformer.memory import Room, enough_memory
from algorithms.transformer.optimizing import optimizer, share_of_rate
from algorithms.transformer.progress import Effort, Progress, say
from algorithms.transformer.stepping import Stepper
from algorithms.transformer.tasks import Task
from algorithms.transformer.validation import Validation
from refusals import Interrupted, Refused


@dataclass
class Best:
    """The epoch with the lowest validation loss, its weights, and for how many epochs it was not beaten."""

    loss: float = math.inf
    weights: dict[str, Any] = field(default_factory=dict)
    unbeaten: int = 0


@dataclass
class Loop:
    """Learns a task from the step where an interrupted job stood; `efforts` says what each task took."""

    knobs: Knobs
    crew: Crew
    checkpoints: Checkpoints
    interruption: Interruption
    efforts: dict[str, Effort] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find where to go on."""
        if not self.crew.alike(self.checkpoints.place):
            print("the processes found different checkpoints; starting anew", flush=True)
            self.checkpoints.forget()
        if found := self.checkpoints.found:
            if self.crew.leads:
                print(f"going on from {self.checkpoints.place}", flush=True)
            self.efforts = {task: Effort(**effort) for task, effort in found["efforts"].items()}

    def learn(
        self,
        task: Task,
        epochs: int,
        rate: float,
        layer_decay: float = 1.0,
        validation: Validation | None = None,
    ) -> None:
        """Move the task's network through all epochs, or to its best epoch if there is a validation."""
        knobs = self.knobs
        plan = Batches([len(row) for row in task.rows], knobs.batch, epochs, knobs.seed)
        stepper, best, done = self.crew.together(lambda: self._ready(task, rate, layer_decay))
        effort = self.efforts.setdefault(task.name, Effort())
        progress = Progress(task.name, knobs.log_steps, self.crew.leads, effort)
        ends = done >= plan.steps or best.unbeaten >= knobs.patience
        while not ends:
            self._step(done, plan, rate, stepper, progress)
            done += 1
            if validation and done % plan.per_epoch == 0:
                self._validate(done // plan.per_epoch, stepper, best, validation)
                progress.pause()
            ends = done == plan.steps or best.unbeaten >= knobs.patience
            self._keep(stepper, best, done, ends)
        progress.tell()
        if best.weights:
            task.network.load_state_dict(best.weights)

    def _ready(self, task: Task, rate: float, layer_decay: float) -> tuple[Stepper, Best, int]:
        """Return what takes steps, the best epoch and how many steps are done, by a checkpoint or anew."""
        knobs, device = self.knobs, self.crew.device
        with enough_memory(device, "the network"):
            task.network.to(device).train()
            steps = optimizer(task.network, rate, knobs.weight_decay, layer_decay)
            room = Room(device, knobs.tokens_at_once)
            stepper = Stepper(task, self.crew, steps, knobs.seed, knobs.clip, room)
            state = self.checkpoints.of(task.name)
            if not state:
                return stepper, Best(), 0
            task.network.load_state_dict(state["network"])
            steps.load_state_dict(state["optimizer"])
            room.tokens_at_once = state["tokens_at_once"]
            return stepper, Best(**state["best"]), state["step"]

    def _keep(self, stepper: Stepper, best: Best, done: int, ends: bool) -> None:
        """Save where it is time to; Interrupted, in all processes, if SIGTERM has come to any of them."""
        asked = self.crew.any(self.interruption.asked)
        if asked or ends or done % self.knobs.checkpoint_steps == 0:
            self._save(stepper, best, done)
        if asked:
            # torchrun ends all processes once one has ended: none may before all is saved.
            self.crew.wait()
            raise Interrupted(f"Stopped at step {done} of {stepper.task.name}; its checkpoint is kept.")

    def _step(self, step: int, plan: Batches, rate: float, stepper: Stepper, progress: Progress) -> None:
        knobs, places = self.knobs, plan.at(step)
        share = share_of_rate(step, plan.steps, knobs.warmup_share, knobs.schedule)
        loss = stepper.take(step, places, share)
        if not math.isfinite(loss):
            raise Refused(
                f"The loss of {stepper.task.name} is no longer a number at step {step + 1} of {plan.steps}: "
                f"lower its learning rate, which is {rate:g}."
            )
        progress.step(step + 1, loss, rate * share, sum(len(stepper.task.rows[place]) for place in places))

    def _validate(self, epoch: int, stepper: Stepper, best: Best, validation: Validation) -> None:
        network = stepper.task.network

        def measure(tokens_at_once: int) -> tuple[float, float]:
            return validation.measure(network, self.crew.device, tokens_at_once)

        loss, accuracy = self.crew.by_leader(lambda: stepper.room.fitted(measure, validation.longest))
        network.train()
        values = {"epoch": epoch, "loss": round(loss, 6), "accuracy": round(accuracy, 6)}
        say("validation", values, self.crew.leads)
        best.unbeaten += 1
        if loss < best.loss:
            best.loss, best.unbeaten = loss, 0
            best.weights = {name: one.detach().cpu().clone() for name, one in network.state_dict().items()}

    def _save(self, stepper: Stepper, best: Best, step: int) -> None:
        if self.crew.leads:
            state = {
                "task": stepper.task.name,
                "step": step,
                "network": stepper.task.network.state_dict(),
                "optimizer": stepper.optimizer.state_dict(),
                "tokens_at_once": stepper.room.tokens_at_once,
                "best": {"loss": best.loss, "weights": best.weights, "unbeaten": best.unbeaten},
                "efforts": {task: asdict(effort) for task, effort in self.efforts.items()},
            }
            self.checkpoints.save(state)
