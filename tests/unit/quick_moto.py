"""Moto with its two slowest habits gone: its answers stay the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from moto.core.serialize import BaseJSONSerializer
from moto.sns.models import Subscription

Structure = Callable[[BaseJSONSerializer, Any, Any, Any, str], None]


@contextmanager
def quick() -> Iterator[None]:
    """Within it, an item takes a tenth of the time to serialise, and one key signs for every subscription."""
    with pytest.MonkeyPatch.context() as patch:
        name = "_serialize_type_structure"
        patch.setattr(BaseJSONSerializer, name, _present_members(getattr(BaseJSONSerializer, name)))
        patch.setattr(Subscription, "private_key", lambda subscription: _key())
        yield


def _present_members(slow: Structure) -> Structure:
    """Serialise the one member that a DynamoDB value has; Moto looks for ten, by six names each."""

    def structure(serializer: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name != "AttributeValue" or not key:
            slow(serializer, serialized, value, shape, key)
            return
        members: dict[str, Any] = {}
        for member, content in value.items():
            serializer._serialize(members, content, shape.members[member], member)
        serializer._default_serialize(serialized, members, shape, key)

    return structure


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
