"""Transactions that stay open while a test does something else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, connections, transaction

from tests.writing.ipc import TIMEOUT_SECONDS


@contextmanager
def open_transaction(*changes: Callable[[], object]) -> Iterator[None]:
    """Make the changes in a transaction on another connection. It is committed when the block ends."""
    written, finish = threading.Event(), threading.Event()
    here = connection.copy
    failures: list[BaseException] = []

    def work() -> None:
        connections["default"] = here()
        try:
            with transaction.atomic():
                for change in changes:
                    change()
                written.set()
                assert finish.wait(TIMEOUT_SECONDS)
        except BaseException as failure:
            failures.append(failure)
        finally:
            written.set()
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert written.wait(TIMEOUT_SECONDS)
        yield
    finally:
        finish.set()
        thread.join()
    assert not failures, failures
