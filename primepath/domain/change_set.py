"""Ids of change sets: everything that one call of a service changes."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

_NANOSECONDS = 1_000_000


def new_change_set_id() -> UUID:
    """Return a new id. A later id is greater, so change sets are listed by their ids.

    This is version 7 of RFC 9562. The fraction of the millisecond is in the bits after the version (method 3 of section
    6.2). Python has it from 3.14 on.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), _NANOSECONDS)
    fraction = (nanoseconds << 12) // _NANOSECONDS
    return UUID(
        int=milliseconds << 80 | 7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
    )
