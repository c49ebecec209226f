"""The generic loaders: `RowLoader` and `GroupLoader`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

import pytest

from loaders.dispatch import Dispatcher, Stage
from loaders.generic import BatchLoader, GroupLoader, RowLoader
from tests.concurrency.recording import assert_nothing_left

pytestmark = pytest.mark.one_database

Row = tuple[str, int]
TABLE: list[Row] = [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("a", 5)]


@pytest.fixture(autouse=True)
def _assert_nothing_left() -> Iterator[None]:
    with assert_nothing_left():
        yield


class Table:
    """Rows, and the lists of keys that they were requested with."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        self.requested_keys: list[list[str]] = []

    def __call__(self, keys: list[str]) -> Iterable[Row]:
        self.requested_keys.append(keys)
        return (row for row in self._rows if row[0] in keys)


def test_row_loader_returns_rows_in_key_order_and_none_for_missing_keys() -> None:
    table = Table([("a", 1), ("b", 2), ("z", 3)])
    dispatcher = Dispatcher()
    loader = RowLoader(dispatcher, Stage.SOURCE, table, itemgetter(0))

    async def operation() -> list[Row | None]:
        return await loader.load_many(["z", "nowhere", "a"])

    assert dispatcher.run(operation()) == [("z", 3), None, ("a", 1)]
    assert table.requested_keys == [["z", "nowhere", "a"]]


def test_unrequested_row_is_ignored() -> None:
    dispatcher = Dispatcher()
    loader = RowLoader(dispatcher, Stage.SOURCE, lambda _: [("other", 1)], itemgetter(0))

    async def operation() -> Row | None:
        return await loader.load("mine")

    assert dispatcher.run(operation()) is None


def test_find_without_keys_reads_nothing() -> None:
    table = Table([("a", 1)])
    dispatcher = Dispatcher()
    loader = RowLoader(dispatcher, Stage.SOURCE, table, itemgetter(0))

    async def operation() -> list[Row | None]:
        return [await loader.find(None), await loader.find("a"), await loader.find("nowhere")]

    assert dispatcher.run(operation()) == [None, ("a", 1), None]
    assert table.requested_keys == [["a"], ["nowhere"]]


def test_group_loader_returns_the_rows_of_each_key_in_order() -> None:
    table = Table(TABLE)
    dispatcher = Dispatcher()
    loader = GroupLoader(dispatcher, Stage.SOURCE, table, itemgetter(0))

    async def operation() -> list[list[Row]]:
        return await loader.load_many(["c", "nowhere", "b", "a"])

    assert dispatcher.run(operation()) == [
        [("c", 4)],
        [],
        [("b", 1), ("b", 3)],
        [("a", 2), ("a", 5)],
    ]
    assert table.requested_keys == [["c", "nowhere", "b", "a"]]


def test_empty_groups_are_separate_lists() -> None:
    dispatcher = Dispatcher()
    loader = GroupLoader(dispatcher, Stage.SOURCE, Table([]), itemgetter(0))

    async def operation() -> list[list[Row]]:
        return await loader.load_many(["a", "b"])

    first, second = dispatcher.run(operation())
    first.append(("a", 1))
    assert second == []


def test_empty_list_of_keys_reads_nothing() -> None:
    table = Table(TABLE)
    dispatcher = Dispatcher()
    loader = GroupLoader(dispatcher, Stage.SOURCE, table, itemgetter(0))

    async def operation() -> list[list[Row]]:
        return await loader.load_many([])

    assert dispatcher.run(operation()) == []
    assert table.requested_keys == []


@pytest.mark.parametrize("kind", [RowLoader, GroupLoader])
def test_key_is_read_once_per_operation(
    kind: type[RowLoader[str, Row] | GroupLoader[str, Row]],
) -> None:
    table = Table(TABLE)
    dispatcher = Dispatcher()
    loader = kind(dispatcher, Stage.SOURCE, table, itemgetter(0))

    async def operation() -> None:
        at_once: list[Any] = await asyncio.gather(*(loader.load(key) for key in "aba"))
        assert at_once[0] is at_once[2]
        later: list[Any] = await loader.load_many("abc")
        assert later[:2] == at_once[:2]
        assert await loader.load("c") is later[2]

    dispatcher.run(operation())
    assert table.requested_keys == [["a", "b"], ["c"]]


def test_missing_key_is_remembered() -> None:
    table = Table([])
    dispatcher = Dispatcher()
    loader = RowLoader(dispatcher, Stage.SOURCE, table, itemgetter(0))

    async def operation() -> list[Row | None]:
        return [await loader.load("a"), await loader.load("a")]

    assert dispatcher.run(operation()) == [None, None]
    assert table.requested_keys == [["a"]]


def test_another_operation_remembers_nothing() -> None:
    table = Table(TABLE)

    def operation() -> list[Row]:
        dispatcher = Dispatcher()
        loader = GroupLoader(dispatcher, Stage.SOURCE, table, itemgetter(0))

        async def load() -> list[Row]:
            return await loader.load("c")

        return dispatcher.run(load())

    assert operation() == operation() == [("c", 4)]
    assert table.requested_keys == [["c"], ["c"]]


def test_cleared_key_is_read_again() -> None:
    values = iter(["before", "after"])
    dispatcher = Dispatcher()
    loader: BatchLoader[int, str] = BatchLoader(
        dispatcher, Stage.SOURCE, lambda keys: [next(values) for _ in keys]
    )

    async def operation() -> list[str]:
        first = await loader.load(1)
        loader.clear(1)
        return [first, await loader.load(1)]

    assert dispatcher.run(operation()) == ["before", "after"]


def test_exception_as_a_value_fails_only_its_key() -> None:
    requested_keys: list[list[str]] = []

    def fetch(keys: list[str]) -> list[Any]:
        requested_keys.append(keys)
        return [LookupError(key) if key == "bad" else key.upper() for key in keys]

    dispatcher = Dispatcher()
    loader: BatchLoader[str, Any] = BatchLoader(dispatcher, Stage.SOURCE, fetch)

    async def operation() -> list[Any]:
        futures = [loader.load(key) for key in ("good", "bad", "fine")]
        answers = await asyncio.gather(*futures, return_exceptions=True)
        with pytest.raises(LookupError):
            await loader.load("bad")
        return answers

    good, bad, fine = dispatcher.run(operation())
    assert (good, fine) == ("GOOD", "FINE")
    assert isinstance(bad, LookupError)
    assert requested_keys == [["good", "bad", "fine"]]


@pytest.mark.parametrize("kind", [RowLoader, GroupLoader])
def test_load_many_shares_the_batch_of_other_keys(
    kind: type[RowLoader[str, Row] | GroupLoader[str, Row]],
) -> None:
    table = Table(TABLE)
    dispatcher = Dispatcher()
    loader = kind(dispatcher, Stage.SOURCE, table, itemgetter(0))

    async def operation() -> None:
        futures: list[Any] = [loader.load("b"), loader.load_all(["c", "b", "c", "nowhere"])]
        one, several, none = await asyncio.gather(*futures, loader.load_all([]))
        assert none == []
        assert several[1] == one
        assert several[0] == several[2]
        assert not several[3]
        assert await loader.load_all(["a", "c"]) == [await loader.load("a"), several[0]]

    dispatcher.run(operation())
    assert table.requested_keys == [["b", "c", "nowhere"], ["a"]]


def test_exception_as_a_value_fails_its_whole_load_many() -> None:
    dispatcher = Dispatcher()
    loader: BatchLoader[int, Any] = BatchLoader(
        dispatcher, Stage.SOURCE, lambda keys: [LookupError() if key < 0 else key for key in keys]
    )

    async def operation() -> list[Any]:
        futures: list[Any] = [loader.load_all([1, -1]), loader.load_all([1, 2]), loader.load(1)]
        return list(await asyncio.gather(*futures, return_exceptions=True))

    failed, *rest = dispatcher.run(operation())
    assert isinstance(failed, LookupError)
    assert rest == [[1, 2], 1]
