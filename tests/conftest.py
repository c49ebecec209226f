"""Fixtures for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import caches

from tests.server import Server, running_server


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    _empty()
    yield
    _empty()


def _empty() -> None:
    for alias in settings.CACHES:
        caches[alias].clear()


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server with the demo's data, for all tests that leave the school as they found it."""
    with running_server(tmp_path_factory.mktemp("demo")) as server:
        yield server
