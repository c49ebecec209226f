"""The servers of all tests that leave the demo school's classes and accounts as they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.answer_cache.servers import Servers, running_servers


@pytest.fixture(scope="package")
def servers(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Servers]:
    with (
        django_db_blocker.unblock(),
        running_servers(tmp_path_factory.mktemp("answers")) as running,
    ):
        yield running
