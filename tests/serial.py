"""Tests with the marker ``serial`` run on PostgreSQL while the other processes of the run do nothing.

PostgreSQL numbers the transactions of all databases of a server together. A test that depends on the transactions that are
open must therefore run alone, although each process has its own database. Files of SQLite have nothing in common.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.run_folder import lock

_TESTS = "tests"
_NEXT = "next-test"
_open_blocks = 0


@contextmanager
def while_others_run() -> Iterator[None]:
    """Let no serial test of another process run in the block, which can last longer than a test."""
    global _open_blocks
    with lock(_TESTS, shared=True):
        _open_blocks += 1
        try:
            yield
        finally:
            _open_blocks -= 1


class SerialTests:
    """Takes a lock for each test: a shared one, or the only one for a serial test."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if _open_blocks:
            # The block has the shared lock. To wait here for a serial test that waits for the block would never end.
            return (yield)
        serial = item.get_closest_marker("serial") is not None
        # While a serial test waits for its turn, other processes do not begin new tests.
        with lock(_NEXT):
            turn = lock(_TESTS, shared=not serial)
            turn.__enter__()
        try:
            return (yield)
        finally:
            turn.__exit__(None, None, None)
