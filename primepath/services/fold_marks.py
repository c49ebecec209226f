"""Keep the number of commit marks small: each authentication adds them up."""

from __future__ import annotations

import time

from django.db import DatabaseError, connection

from primepath.db.commit_marks import fold
from primepath.models.database_state import DatabaseState

# 500 marks take 0.05 ms to add up.
_MOST_MARKS = 500
# The role, or the server, perhaps accepts no changes.
_RETRY_SECONDS = 60
_not_before = 0.0


def needs_folding(state: DatabaseState) -> bool:
    """Return whether there are many marks, as one transaction in 500 leaves them."""
    return state.marks >= _MOST_MARKS and time.monotonic() >= _not_before


def fold_marks(state: DatabaseState) -> None:
    """Fold the marks if there are many. An error does not matter."""
    global _not_before
    if not needs_folding(state) or connection.in_atomic_block:
        return
    try:
        fold()
    except DatabaseError:
        _not_before = time.monotonic() + _RETRY_SECONDS
