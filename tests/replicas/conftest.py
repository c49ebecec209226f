"""The school of all tests with one replica."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.replicas.school import School, replicated_school


# Not for the session: tests of other folders use the test database.
@pytest.fixture(scope="package")
def replicated(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[School]:
    with django_db_blocker.unblock(), replicated_school(tmp_path_factory.mktemp("pg")) as school:
        yield school


@pytest.fixture
def school(replicated: School, django_db_blocker: DjangoDbBlocker) -> Iterator[School]:
    """The school, with its replica up to date and in use."""
    with django_db_blocker.unblock():
        replicated.wait_for_replay()
        replicated.check()
        yield replicated
