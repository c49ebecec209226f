"""Servers that clients write to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server import Server, running_server


@pytest.fixture(scope="session")
def written_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server for clients that change the school. Each changes cells that no other one looks at."""
    with running_server(tmp_path_factory.mktemp("written")) as server:
        yield server
