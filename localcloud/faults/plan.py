"""What shall go wrong: a list of faults, as Python objects, JSON or YAML.

Every fault strikes `times` times, after leaving the first `skip` matches alone, each match with
`probability` (drawn from the plan's seed). Names are matched by globs ("start_*").
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

Seconds = Annotated[float, Field(ge=0, le=3600)]


class PlanRefused(ValueError):
    """A plan that cannot be carried out; one sentence per mistake."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Fault(_Model):
    times: int = Field(default=1, ge=1)
    skip: int = Field(default=0, ge=0)
    probability: float = Field(default=1.0, gt=0, le=1)


class EventFault(_Fault):
    """Strikes events: `times` and `skip` count events, however many rules and targets each has."""

    on: Literal["delivery", "invocation"] = "delivery"
    """A delivery of EventBridge to a target, or an asynchronous invocation of a function."""
    event: dict[str, Any] = Field(default_factory=dict)
    """An EventBridge pattern; {} is every event."""
    rule: str = "*"
    target: str = "*"
    """Name of the function, state machine, queue or topic that gets the event."""

    @model_validator(mode="after")
    def _rule_of_a_delivery(self) -> "EventFault":
        if self.on == "invocation" and self.rule != "*":
            raise ValueError("an invocation has no rule: say `target`, or strike `on: delivery`")
        return self


class Drop(EventFault):
    """The event never arrives."""

    kind: Literal["drop"] = "drop"


class Duplicate(EventFault):
    """The event arrives `deliveries` times in all, `spacing` seconds apart."""

    kind: Literal["duplicate"] = "duplicate"
    deliveries: int = Field(default=2, ge=2, le=1000)
    spacing: Seconds = 0.0


class Delay(EventFault):
    """The event arrives `seconds` late."""

    kind: Literal["delay"] = "delay"
    seconds: Seconds


class Reorder(EventFault):
    """The event arrives behind the next `behind` matching ones, or `at_most` seconds late."""

    kind: Literal["reorder"] = "reorder"
    behind: int = Field(default=1, ge=1)
    at_most: Seconds = 10.0


class _CallFault(_Fault):
    call: int | None = Field(default=None, ge=1)
    """Which call of an invocation, counted from 1; the SDK's own retries are no calls of their own."""
    action: str = "*"
    """As IAM names it: "dynamodb:UpdateItem", "sagemaker:Create*"."""
    behind: str = "*"
    """The action that the function called before; "" for the first call of an invocation."""


class Kill(_CallFault):
    """A function's process is killed (SIGKILL) at one of its calls: before or after AWS has served it."""

    kind: Literal["kill"] = "kill"
    function: str
    when: Literal["before", "after"] = "before"


class ApiError(_CallFault):
    """A call is answered by an error instead of being served."""

    kind: Literal["error"] = "error"
    attempts: Literal["first", "all"] = "first"
    """With "all" the SDK's retries of the call fail as well, so that the caller sees the error."""
    caller: str = "*"
    """Name of the function, or of the role that calls; "root" is the account's own key."""
    error: Literal["throttling", "limit", "internal"] | None = None
    """As the service itself words it."""
    code: str = ""
    message: str = ""
    status: int = Field(default=400, ge=400, le=599)

    @model_validator(mode="after")
    def _one_error(self) -> "ApiError":
        if bool(self.error) == bool(self.code):
            raise ValueError("say either `error` (throttling, limit, internal) or a `code` of your own")
        return self


class KillProcess(_Fault):
    """A process of the cloud is killed (SIGKILL) at an age of `after` seconds, or at once if it is older."""

    kind: Literal["kill_process"] = "kill_process"
    process: str
    """Its name: "job run *", "training job *", "container endpoints/*", "function *"."""
    after: Seconds = 0.0


class Rollback(_Fault):
    """An endpoint's update ends InService on the old config, and nothing says so."""

    kind: Literal["rollback"] = "rollback"
    endpoint: str = "*"


Fault = Annotated[
    Drop | Duplicate | Delay | Reorder | Kill | ApiError | KillProcess | Rollback,
    Field(discriminator="kind"),
]


class Plan(_Model):
    """Everything that shall go wrong; earlier faults strike first."""

    seed: int = 0
    faults: tuple[Fault, ...] = ()


_PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)


def parsed(document: object) -> Plan:
    """The plan that a JSON value says; PlanRefused with every mistake."""
    try:
        return _PLAN.validate_python(document)
    except ValidationError as error:
        raise PlanRefused([_sentence(mistake) for mistake in error.errors()]) from error


def read(source: str) -> Plan:
    """The plan in a JSON or YAML file, or in the text itself; PlanRefused with every mistake."""
    inline = source.lstrip().startswith(("{", "["))
    try:
        text = source if inline else Path(source).read_text(encoding="utf-8")
        document = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PlanRefused([f"The fault plan {source[:80]!r} cannot be read: {error}"]) from error
    return parsed({"faults": document} if isinstance(document, list) else document)


def _sentence(mistake: Any) -> str:
    """`faults.0.drop.rule: ...` of pydantic, as `faults[0].rule: ...`."""
    place = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}"
        for position, part in enumerate(mistake["loc"])
        if position != 2
    )
    return f"{place.lstrip('.') or 'plan'}: {mistake['msg'].removeprefix('Value error, ')}"
