"""Room for deep calls.

CPython (3.11 and later) keeps the frames of calls in pieces of memory of 16 kB. Where a call does not fit into the last piece,
another is taken from the operating system, and it is given back when that call returns. graphql-core completes a value some
twenty calls deep, and where the border of a piece comes to lie at such a depth, it is crossed for each value: completing
then takes three times as long. How deep that is depends on every caller, so that one call more or less makes
the difference.

A frame that is larger than a piece gets a piece of its own, of the next power of two, and what is left of that is for the
calls below it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

# In words of 8 bytes: of half a megabyte, 200 kB are left, for a thousand calls. Memory that is not used is not touched.
_WORDS = 40_000


def with_large_stack_chunk(function: F) -> F:
    """The function itself, whose calls have room for a thousand calls below them."""
    function.__code__ = function.__code__.replace(co_stacksize=_WORDS)
    return function
