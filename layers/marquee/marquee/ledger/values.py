"""Plain Python values to DynamoDB's and back; the only place that knows of Decimal."""

# ruff: noqa: PLC0415 - imported on first use, for INIT time is billed

import math
from decimal import Decimal
from functools import cache
from typing import Any


def pack(value: Any) -> Any:
    """Return one value in DynamoDB's wire form; floats that are no number become null."""
    return _types().TypeSerializer().serialize(_exact(value))


def pack_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item in DynamoDB's wire form."""
    return {name: pack(value) for name, value in item.items()}


def unpack_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item of DynamoDB's as plain Python values."""
    read = _types().TypeDeserializer().deserialize
    return {name: _plain(read(value)) for name, value in item.items()}


@cache
def _types() -> Any:
    from boto3.dynamodb import types

    return types


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(str(value)) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): _exact(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(inner) for inner in value]
    return str(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
