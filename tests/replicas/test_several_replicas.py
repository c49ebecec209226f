"""Several replicas, and one that becomes a primary."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.replicas.school import counted, notes, replicated_school

pytestmark = pytest.mark.one_database


def test_replicas_share_the_reads_and_a_promoted_one_is_left_out(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), replicated_school(tmp_path, standbys=2) as school:
        first, second = school.replicas
        with counted(replica=4):
            for _ in range(4):
                notes(school.viewer)
        assert {first.last_taken, second.last_taken} == {3, 4}
        assert first.reads == second.reads == 0

        school.standbys[0].query("SELECT pg_promote()")
        # A promoted server can have changes that the primary does not have, and lacks all new ones.
        with counted(replica=1, behind=1):
            notes(school.viewer)
            notes(school.viewer)
        school.check()
        with counted(replica=2):
            notes(school.viewer)
            notes(school.viewer)
