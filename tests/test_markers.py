"""The markers of the tests are true."""

from __future__ import annotations

import pytest

_DATABASE = {"db", "transactional_db", "django_db_setup", "shared_database"}


def test_tests_with_marker_one_database_do_not_use_the_test_database(
    request: pytest.FixtureRequest,
) -> None:
    marked = [item for item in request.session.items if item.get_closest_marker("one_database")]
    assert [
        item.nodeid
        for item in marked
        if item.get_closest_marker("django_db")
        or _DATABASE & set(getattr(item, "fixturenames", ()))
    ] == []
