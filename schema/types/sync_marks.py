"""Marks of a client's copy: a constant number of bytes that show which entries of a list have changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from primepath.domain.map_sketch import MapSketch

_DIGEST_BYTES = 8
KINDS = 4
_DETAIL_BYTES = 6
# Values must be smaller than the prime number of the sketch.
_UNUSED_BITS = 3


def mark_value(kind: int, *details: str) -> int:
    """Return the value of an entry. ``kind`` is below `KINDS`; `kind_of` returns it. Other details have other values."""
    digest = blake2b("\0".join(details).encode(), digest_size=_DETAIL_BYTES).digest()
    return 1 + kind + KINDS * (int.from_bytes(digest) >> _UNUSED_BITS)


def kind_of(value: int) -> int:
    return (value - 1) % KINDS


class CopyMark(NamedTuple):
    """The part of a sync token that describes the client's copy of a list.

    ``entries`` and ``kinds`` are digests: of the keys with their values, and of the keys with their kinds.
    """

    entries: bytes
    kinds: bytes
    sketch: MapSketch

    @classmethod
    def from_bytes(cls, data: bytes) -> CopyMark:
        first, second = _DIGEST_BYTES, 2 * _DIGEST_BYTES
        return cls(data[:first], data[first:second], MapSketch.from_bytes(data[second:]))

    def to_bytes(self) -> bytes:
        return self.entries + self.kinds + self.sketch.to_bytes()


class ListEntries:
    """The current entries of a list: for each key a value from `mark_value`."""

    def __init__(self, values: Mapping[str, int]) -> None:
        self.values = values

    @cached_property
    def digest(self) -> bytes:
        return _digest(self.values)

    @cached_property
    def kinds(self) -> bytes:
        return _digest({key: kind_of(value) for key, value in self.values.items()})

    def mark(self, known: CopyMark | None = None) -> CopyMark:
        """Return the mark of these entries. If ``known`` is already their mark, return it without a calculation."""
        if known is not None and known.entries == self.digest:
            return known
        return CopyMark(self.digest, self.kinds, MapSketch.of(self.values))

    def earlier(self, mark: CopyMark, others: Iterable[str] | None = None) -> Earlier | None:
        """Return the entries when ``mark`` was made. None if too many have changed.

        ``others``: all further keys that the list can have contained. Raises `UnknownKeyError` if it is None and the
        list contained other keys.
        """
        if mark.entries == self.digest:
            return Earlier(self.values)
        same_kinds = mark.kinds == self.kinds
        values = mark.sketch.earlier(self.values, () if same_kinds else others)
        if values is not None and values != self.values and ListEntries(values).kinds == mark.kinds:
            return Earlier(values)
        return Earlier(self.values, knows_details=False) if same_kinds else None


class Earlier(NamedTuple):
    """Earlier entries of a list. ``knows_details``: False if only the kinds of the values are known."""

    values: Mapping[str, int]
    knows_details: bool = True

    def is_same(self, key: str, value: int) -> bool:
        """Return whether the entry had this value. False if it is not known."""
        return self.knows_details and self.values.get(key) == value


def _digest(values: Mapping[str, int]) -> bytes:
    text = "\0".join(f"{key}\0{value}" for key, value in sorted(values.items()))
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest()
