"""Holds parameters against botocore's model of a service, and words a refusal as AWS does."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, str),
    "blob": (str,),
}

_JAVA_ASTRAL, _PYTHON_ASTRAL = r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"


@cache
def service_model(service: str) -> ServiceModel:
    """What botocore knows of a service."""
    return botocore.session.get_session().get_service_model(service)


def refusal(shape: Shape | None, parameters: dict[str, Any]) -> str:
    """Every constraint that `parameters` break, in AWS's words; "" when there is none."""
    broken = list(_broken(shape, parameters, "")) if shape is not None else []
    if not broken:
        return ""
    plural = "errors" if len(broken) > 1 else "error"
    return f"{len(broken)} validation {plural} detected: " + "; ".join(broken)


def _broken(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if not _is_of(shape, value):
        yield _sentence(value, path, f"Member must be of type {shape.type_name}")
    elif isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _bounds(shape, len(value), value, path)
        for index, item in enumerate(value, 1):
            yield from _broken(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _broken(shape.value, item, f"{path}.{key}.member")
    else:
        yield from _scalar(shape, value, path)


def _is_of(shape: Shape, value: Any) -> bool:
    expected = _TYPES.get(shape.type_name, (object,))
    return isinstance(value, expected) and (not isinstance(value, bool) or bool in expected)


def _structure(shape: StructureShape, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _sentence(None, _join(path, name), "Member must not be null")
    for name, member in value.items():
        if name not in shape.members:
            yield f"Unknown parameter {_join(path, name)!r}, must be one of: {', '.join(shape.members)}"
        elif member is not None:
            yield from _broken(shape.members[name], member, _join(path, name))


def _scalar(shape: Shape, value: Any, path: str) -> Iterator[str]:
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield _sentence(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not _matches(pattern, value):
        yield _sentence(value, path, f"Member must satisfy regular expression pattern: {pattern}")
    if isinstance(value, str):
        yield from _bounds(shape, len(value), value, path)
    elif isinstance(value, int | float) and shape.type_name != "timestamp":
        yield from _bounds(shape, value, value, path, what="value")


def _bounds(shape: Shape, size: float, value: Any, path: str, what: str = "length") -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < float(least):
        yield _sentence(value, path, f"Member must have {what} greater than or equal to {least}")
    if most is not None and size > float(most):
        yield _sentence(value, path, f"Member must have {what} less than or equal to {most}")


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern.replace(_JAVA_ASTRAL, _PYTHON_ASTRAL), value) is not None
    except re.error:
        # AWS's patterns are Java's; the few that Python cannot read are left to AWS.
        return True


def _join(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _sentence(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else str(value)
    where = f"Value '{shown}'" if value is not None else "Value null"
    return f"{where} at '{path}' failed to satisfy constraint: {constraint}"
