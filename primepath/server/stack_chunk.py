"""A large chunk of stack memory for deep calls.

CPython (3.11 and later) stores the frames of calls in chunks of 16 kB. If a call does not fit into the last chunk, CPython
requests another from the operating system. It frees this chunk when the call returns. graphql-core completes a value about
twenty calls deep. If a chunk ends at such a depth, its end is crossed for each value, and completing takes three times as
long. The depth depends on every caller, so that one call more or less makes the difference.

A frame that is larger than a chunk gets its own chunk, of the next power of two in size. The rest of that chunk is used
for the calls below it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

# In words of 8 bytes. The chunk has 512 kB, and 200 kB of it remain for about a thousand calls. Unused memory is not touched.
_WORDS = 40_000
# The chunk has 1 MB, and 488 kB of it remain.
_MORE_WORDS = 70_000


def with_large_stack_chunk(function: F) -> F:
    """Return the function, changed so that each call has stack memory for about a thousand calls below it."""
    function.__code__ = function.__code__.replace(co_stacksize=_WORDS)
    return function


def with_room_for_a_chunk(function: F) -> F:
    """Return the function, changed so that each call has room for the memory of one `with_large_stack_chunk` below it.

    If such a call requests its memory from the operating system, each of its pages is new. For a small operation, that is a
    twentieth of its time. So a thread that calls many requests it once.
    """
    function.__code__ = function.__code__.replace(co_stacksize=_MORE_WORDS)
    return function
