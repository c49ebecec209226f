"""Sketches of a mapping: a constant number of bytes from which an earlier state of the mapping can be computed.

A client stores the sketch of a mapping from keys to values. Later the server compares it with the mapping of now. If
`MOST_DIFFERENCES` entries or fewer differ, the sketch and the mapping of now determine the earlier value of each of them.

The sketch is the syndrome of a Reed-Solomon code. Each key is a number ``x`` and each value a number ``v``, with 0 for an
absent key. The sketch contains the sums of ``v * x**k``, for each ``k`` below twice the number of differences. The sums
of now, subtracted from them, are the sums of the differing entries alone. The algorithm of Berlekamp and Massey finds the
polynomial with their keys as roots. See Blahut, Algebraic Codes for Data Transmission, chapter 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from operator import mul
from typing import NamedTuple

MOST_DIFFERENCES = 9
NUMBER_BYTES = 6
_SUMS = 2 * MOST_DIFFERENCES
# The largest prime number below 2**48. Calculations are modulo this number.
_PRIME = 2**48 - 59
SKETCH_BYTES = _SUMS * NUMBER_BYTES

LARGEST_VALUE = _PRIME - 1


class MapSketch(NamedTuple):
    """Sketch of a mapping from texts to numbers. The numbers are between 1 and `LARGEST_VALUE`."""

    sums: tuple[int, ...]

    @classmethod
    def of(cls, values: Mapping[str, int]) -> MapSketch:
        if not values:
            return cls((0,) * _SUMS)
        columns = zip(*map(_powers, values), strict=True)
        return cls(tuple(sum(map(mul, values.values(), column)) % _PRIME for column in columns))

    @classmethod
    def from_bytes(cls, data: bytes) -> MapSketch:
        parts = (data[start : start + NUMBER_BYTES] for start in range(0, len(data), NUMBER_BYTES))
        return cls(tuple(int.from_bytes(part) for part in parts))

    def to_bytes(self) -> bytes:
        return b"".join(each.to_bytes(NUMBER_BYTES) for each in self.sums)

    def earlier(
        self, now: Mapping[str, int], others: Iterable[str] | None = None
    ) -> dict[str, int] | None:
        """Return the mapping of the sketch, with help of the mapping of now.

        ``others``: all further keys that the earlier mapping can contain. None if they are not known. Raise
        `UnknownKeyError` if they are needed.

        Return None if too many entries differ. With more than `MOST_DIFFERENCES`, the result can also be a wrong mapping,
        with a probability of less than one in a billion. Callers check it with a digest.
        """
        sums = [
            (old - new) % _PRIME for old, new in zip(self.sums, MapSketch.of(now).sums, strict=True)
        ]
        polynomial = _locator_polynomial(sums)
        count = len(polynomial) - 1
        if count > MOST_DIFFERENCES:
            return None
        keys = list(_roots(polynomial, chain(now, others or ())))
        if len(keys) != count:
            if others is None:
                raise UnknownKeyError
            return None
        differences = _differences(keys, sums)
        earlier = dict(now)
        for key, difference in zip(keys, differences, strict=True):
            value = (earlier.pop(key, 0) + difference) % _PRIME
            if value:
                earlier[key] = value
        return earlier


class UnknownKeyError(Exception):
    """An earlier mapping has a key that the present one lacks."""


@lru_cache(maxsize=10_000)
def _powers(key: str) -> tuple[int, ...]:
    """Return the powers of the number of a key, from 0 up. The number is never 0."""
    digest = int.from_bytes(blake2b(key.encode(), digest_size=8).digest())
    locator = 1 + digest % (_PRIME - 1)
    return tuple(pow(locator, power, _PRIME) for power in range(_SUMS))


def _locator_polynomial(sums: list[int]) -> list[int]:
    """Return the coefficients of the polynomial with the locators of the differences as roots, highest power first.

    This is the algorithm of Berlekamp and Massey: the shortest recurrence that the sums fulfil.
    """
    current, previous = [1], [1]
    length, shift, previous_gap = 0, 1, 1
    for index, each in enumerate(sums):
        gap = each + sum(
            current[i] * sums[index - i] for i in range(1, min(length, len(current) - 1) + 1)
        )
        gap %= _PRIME
        if gap == 0:
            shift += 1
            continue
        factor = gap * pow(previous_gap, -1, _PRIME) % _PRIME
        corrected = current + [0] * (len(previous) + shift - len(current))
        for i, coefficient in enumerate(previous):
            corrected[i + shift] = (corrected[i + shift] - factor * coefficient) % _PRIME
        if 2 * length <= index:
            length, previous, previous_gap, shift = index + 1 - length, current, gap, 1
        else:
            shift += 1
        current = corrected
    return (current + [0] * (length + 1))[: length + 1]


def _roots(polynomial: list[int], keys: Iterable[str]) -> Iterator[str]:
    for key in dict.fromkeys(keys):
        value, x = 0, _powers(key)[1]
        for coefficient in polynomial:
            value = (value * x + coefficient) % _PRIME
        if value == 0:
            yield key


def _differences(keys: list[str], sums: list[int]) -> list[int]:
    """Return the difference of each key: solve the linear equations of the first sums."""
    rows = [[*(_powers(key)[power] for key in keys), sums[power]] for power in range(len(keys))]
    for column in range(len(rows)):
        pivot = next(row for row in range(column, len(rows)) if rows[row][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        inverse = pow(rows[column][column], -1, _PRIME)
        rows[column] = [value * inverse % _PRIME for value in rows[column]]
        for row, values in enumerate(rows):
            if row != column and values[column]:
                factor = values[column]
                rows[row] = [
                    (value - factor * other) % _PRIME
                    for value, other in zip(values, rows[column], strict=True)
                ]
    return [row[-1] for row in rows]
