"""Hyperparameters: SageMaker hands them over as strings, a knob block says what they mean."""

import json
from collections.abc import Mapping
from dataclasses import Field, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from refusals import Refused

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Block = TypeVar("Block", bound="DataclassInstance")


TOOLKIT_PREFIX = "sagemaker_"


def knob(default: float, low: float, high: float) -> Any:
    """Declare a number with its default and the range in which it makes sense; whole if the default is."""
    return field(default=default, metadata={"low": low, "high": high})


def read_hyperparameters(config_folder: Path) -> dict[str, str]:
    """Read SageMaker's hyperparameters.json: the strings that were given, the toolkit's own among them.

    The toolkit's SM_HPS has been through a JSON parser, which turns a code version such as 12e45678
    into a number, so the file it was made from is read instead.
    """
    path = config_folder / "hyperparameters.json"
    if not path.is_file():
        raise Refused(f"There is no {path}: SageMaker writes the job's hyperparameters there.")
    return {name: str(value) for name, value in json.loads(path.read_text()).items()}


def parse(block: type[Block], values: Mapping[str, str]) -> Block:
    """Build a knob block (a dataclass) from the values that belong to it; Refused names a wrong one."""
    known = {item.name: item for item in fields(block)}
    return block(**{name: _value(known[name], text) for name, text in values.items() if name in known})


def refuse_unknown(values: Mapping[str, str], *blocks: type[Any]) -> None:
    """Refuse a hyperparameter that none of the blocks has: a misspelt knob would silently do nothing."""
    known = sorted(item.name for block in blocks for item in fields(block))
    unknown = sorted(name for name in values if name not in known and not name.startswith(TOOLKIT_PREFIX))
    if unknown:
        raise Refused(f"Unknown hyperparameter {unknown[0]!r}; there are {', '.join(known)}.")


def _value(item: Field[Any], text: str) -> Any:
    if isinstance(item.default, str):
        return text
    low, high = item.metadata["low"], item.metadata["high"]
    kind: type[float] = int if isinstance(item.default, int) else float
    try:
        number = kind(text)
    except ValueError:
        number = None
    if number is None or not low <= number <= high:
        noun = "whole number" if kind is int else "number"
        raise Refused(f"Hyperparameter {item.name!r} must be a {noun} from {low} to {high}, not {text!r}.")
    return number
