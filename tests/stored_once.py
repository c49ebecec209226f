"""Rows that are stored once for all tests of a module, by its fixture ``store_once``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from django.db import transaction
from pytest_django import DjangoDbBlocker

Made = TypeVar("Made")


class StoreOnce(Protocol):
    """Call a function that stores rows; the tests of the module see them, and they are rolled back after the last one.

    A test must also ask for the fixture ``db``: its transaction is then a savepoint in that of the module, so what it
    changes is rolled back after it. Objects in memory are not, so copy those that a test may change.
    """

    def __call__(self, make: Callable[[], Made]) -> Made: ...


@contextmanager
def stored_once(blocker: DjangoDbBlocker) -> Iterator[StoreOnce]:
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
