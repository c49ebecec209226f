"""Servers for live updates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server import Server, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that the tests of a file share and change."""
    with running_server(tmp_path_factory.mktemp("live"), STREAMS_PER_USER="3") as server:
        yield server
