"""The loop: steps, checkpoints, validation after each epoch, and an end that may come early."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from algorithms.transformer.batches import Batches
from algorithms.transformer.checkpoints import Checkpoints, Interruption
from algorithms.transformer.crew import Crew
from algorithms.transformer.knobs import Knobs
from algorithms.transformer.optimizing import optimizer, share_of_rate
from algorithms.transformer.progress import Progress, say
from algorithms.transformer.stepping import Stepper
from algorithms.transformer.tasks import Task
from refusals import Interrupted, Refused

Validate = Callable[[], tuple[float, float]]
"""Gives loss and accuracy on the validation rows."""


@dataclass
class Best:
    """The epoch with the lowest validation loss, its weights, and for how many epochs it was not beaten."""

    loss: float = math.inf
    weights: dict[str, Any] = field(default_factory=dict)
    unbeaten: int = 0


@dataclass
class Loop:
    """Learns a task from the step where an interrupted job stood."""

    knobs: Knobs
    crew: Crew
    checkpoints: Checkpoints
    interruption: Interruption

    def learn(
        self,
        task: Task,
        epochs: int,
        rate: float,
        layer_decay: float = 1.0,
        validate: Validate | None = None,
    ) -> Progress:
        """Move the task's network through all epochs, or to its best epoch if there is a validation."""
        knobs = self.knobs
        plan = Batches([len(row) for row in task.rows], knobs.batch, epochs, knobs.seed)
        task.network.to(self.crew.device).train()
        steps = optimizer(task.network, rate, knobs.weight_decay, layer_decay)
        stepper = Stepper(task, self.crew, steps, knobs.seed, knobs.clip, knobs.tokens_at_once)
        best, done = self._resumed(task, stepper)
        progress = Progress(task.name, knobs.log_steps, self.crew.leads)
        while done < plan.steps and best.unbeaten < knobs.patience:
            self._step(done, plan, rate, stepper, progress)
            done += 1
            if validate and done % plan.per_epoch == 0:
                self._validate(done // plan.per_epoch, task, best, validate)
                progress.pause()
            self._keep(task, stepper, best, done, done == plan.steps or best.unbeaten >= knobs.patience)
        if best.weights:
            task.network.load_state_dict(best.weights)
        return progress

    def _keep(self, task: Task, stepper: Stepper, best: Best, done: int, ends: bool) -> None:
        """Save where it is time to; Interrupted, with all saved, if SIGTERM has come."""
        asked = self.interruption.asked and self.crew.leads
        if asked or ends or done % self.knobs.checkpoint_steps == 0:
            self._save(task, stepper, best, done)
        if asked:
            raise Interrupted(f"Stopped at step {done} of {task.name}; its checkpoint is kept.")

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

    def _validate(self, epoch: int, task: Task, best: Best, validate: Validate) -> None:
        figures = validate() if self.crew.leads else (0.0, 0.0)
        task.network.train()
        loss, accuracy = self.crew.told(*figures)
        values = {"epoch": epoch, "loss": round(loss, 6), "accuracy": round(accuracy, 6)}
        say("validation", values, self.crew.leads)
        best.unbeaten += 1
        if loss < best.loss:
            best.loss, best.unbeaten = loss, 0
            best.weights = {
                name: one.detach().cpu().clone() for name, one in task.network.state_dict().items()
            }

    def _save(self, task: Task, stepper: Stepper, best: Best, step: int) -> None:
        if self.crew.leads:
            state = {
                "task": task.name,
                "step": step,
                "network": task.network.state_dict(),
                "optimizer": stepper.optimizer.state_dict(),
                "tokens_at_once": stepper.tokens_at_once,
                "best": {"loss": best.loss, "weights": best.weights, "unbeaten": best.unbeaten},
            }
            self.checkpoints.save(state)

    def _resumed(self, task: Task, stepper: Stepper) -> tuple[Best, int]:
        state = self.checkpoints.of(task.name)
        if not state:
            return Best(), 0
        task.network.load_state_dict(state["network"])
        stepper.optimizer.load_state_dict(state["optimizer"])
        stepper.tokens_at_once = state["tokens_at_once"]
        return Best(**state["best"]), state["step"]
