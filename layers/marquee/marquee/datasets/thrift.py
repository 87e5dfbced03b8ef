"""Reading Thrift's compact protocol, as far as a Parquet footer needs it.

Apache Thrift, "Thrift Compact protocol" (thrift/doc/specs/thrift-compact-protocol.md).
"""

from typing import Any

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_DEEPEST = 32
_LONGEST_VARINT = 70
"""Bits: what is longer than ten bytes of seven is no integer, and would cost quadratic time."""


class ThriftError(ValueError):
    """The bytes are no compact-protocol struct."""


class CompactReader:
    """Reads structs as dicts of field id to value; unknown fields are kept, for nobody knows them here."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Read one struct; ThriftError if the bytes end or nest too deep."""
        fields: dict[int, Any] = {}
        field = 0
        while header := self._byte():
            delta, kind = header >> 4, header & 0x0F
            field = field + delta if delta else self._integer()
            fields[field] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if depth > _DEEPEST:
            message = "nested too deep"
            raise ThriftError(message)
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind < _DOUBLE:
            return self._integer()
        if kind == _DOUBLE:
            return self._take(8)
        if kind == _BINARY:
            return self._take(self._varint())
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _STRUCT:
            return self.struct(depth + 1)
        message = f"unknown type {kind}"
        raise ThriftError(message)

    def _list(self, depth: int) -> list[Any]:
        header = self._byte()
        size = header >> 4 if header >> 4 < 15 else self._varint()
        return [self._value(header & 0x0F, depth + 1) for _ in range(size)]

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value, shift = 0, 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift >= _LONGEST_VARINT:
                message = "an integer does not end"
                raise ThriftError(message)

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            message = "the bytes end in the middle"
            raise ThriftError(message)
        self._at += size
        return taken
