"""Markers that follow from what a test uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from inspect import isfunction, unwrap
from types import CodeType
from typing import Any

import pytest

# What starts processes. A module that imports from one of these has tests that use it.
_STARTERS = {
    "subprocess",
    "scripts.server",
    "tests.nginx",
    "tests.pgbouncer",
    "tests.postgres_servers",
    "tests.processes",
    "tests.redis_server",
    "tests.served",
    "tests.server",
}


def starts_processes(item: pytest.Item) -> bool:
    """Return whether a test or one of its fixtures starts processes, or whether it is in a module with tests that do."""
    if any(map(_is_starter, _functions(item))):
        return True
    module = item.getparent(pytest.Module)
    return module is not None and any(map(_is_from_starter, vars(module.obj).values()))


def _functions(item: pytest.Item) -> Iterator[Any]:
    """Yield the function of a test and the functions of its fixtures."""
    if isinstance(item, pytest.Function):
        yield item.function
    fixtures = getattr(item, "_fixtureinfo", None)
    for of_name in fixtures.name2fixturedefs.values() if fixtures else ():
        yield from (each.func for each in of_name)


def _is_from_starter(value: object) -> bool:
    names = (getattr(value, "__module__", None), getattr(value, "__name__", None))
    return any(isinstance(each, str) and each in _STARTERS for each in names)


@cache
def _is_starter(function: Any) -> bool:
    """Return whether a function uses what starts processes, itself or in the functions of the tests that it calls."""
    waiting, seen = [function], set()
    while waiting:
        each = unwrap(waiting.pop())
        if not isfunction(each) or each in seen or not each.__module__.startswith("tests."):
            continue
        seen.add(each)
        used = [each.__globals__.get(name) for name in _names(each.__code__)]
        if any(map(_is_from_starter, used)):
            return True
        waiting += filter(isfunction, used)
    return False


def _names(code: CodeType) -> set[str]:
    """Return the names that a function reads, also in the functions inside it."""
    inner = (_names(each) for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*inner)
