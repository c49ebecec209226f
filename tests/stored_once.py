"""Rows that are stored once for all tests of a module, by its fixture ``store_once``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.serial import while_others_run

Made = TypeVar("Made")


class StoreOnce(Protocol):
    """Call a function that stores rows for all tests of the module. They are rolled back after the last test.

    A test must also use the fixture ``db``. Its transaction is then a savepoint in the transaction of the module, so its
    changes are rolled back. Changes of objects in memory are not: copy objects that a test can change.
    """

    def __call__(self, make: Callable[[], Made]) -> Made: ...


@contextmanager
def stored_once(blocker: DjangoDbBlocker) -> Iterator[StoreOnce]:
    with while_others_run():
        with blocker.unblock():
            outer = transaction.atomic()
            outer.__enter__()

        def store(make: Callable[[], Made]) -> Made:
            with blocker.unblock():
                return make()

        try:
            yield store
        finally:
            with blocker.unblock():
                transaction.set_rollback(True)
                outer.__exit__(None, None, None)
