"""Servers for clients that write."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server import Server, running_server


@pytest.fixture(scope="session")
def written_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server for clients that change the school. No two tests use the same cells."""
    with running_server(tmp_path_factory.mktemp("written")) as server:
        yield server
