"""Notes of the last use of tokens and feeds, which the product writes in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

from django.db import connections

from primepath.services import last_use
from primepath.services.last_use import LastUse

_note = LastUse.note


@contextmanager
def ignoring_uses() -> Iterator[None]:
    """Note nothing. The thread has a connection of its own, which does not see what a test has not committed."""
    with patch.object(LastUse, "note", lambda *_: None):
        yield


@contextmanager
def writing_uses() -> Iterator[None]:
    """Write each use immediately, in the transaction of the test. Forget the uses of other tests."""

    def submit(function: Callable[..., Any], *values: Any) -> None:
        function(*values)

    def note(uses: LastUse, key: int, last_used_at: datetime | None) -> None:
        uses._noted.clear()
        _note(uses, key, last_used_at)

    with (
        patch.object(LastUse, "note", note),
        patch.object(last_use._writer, "submit", submit),
        patch.object(connections, "close_all"),
    ):
        yield
