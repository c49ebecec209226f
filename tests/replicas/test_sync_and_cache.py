"""Delta sync and the curriculum cache with a replica that is behind."""

from __future__ import annotations

from functools import partial

import pytest

from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from tests.client import data
from tests.factories import YEAR, make_level
from tests.replicas.school import School, counted, note
from tests.schema.mobile_client import MobileClient, periods_by_class
from tests.writing.transactions import open_transaction

pytestmark = pytest.mark.one_database

CURRICULUM = """
{ schoolClass(code: "A") { curriculum(academicYear: 2026) { version levels { name } } } }
"""


def notes_of(client: MobileClient) -> str:
    """Return the notes of the cell of class A in January in the client's copy."""
    cells = client.rows["A"]["cells"].values()
    (found,) = (cell["notes"] for cell in cells if cell["period"] == "JAN")
    return str(found)


def test_client_that_is_ahead_of_the_replica_syncs_with_the_primary(school: School) -> None:
    with school.paused():
        client = MobileClient(school.viewer)
        note(school.head, "A", "on the primary")
        # The replica was left out for a moment, so the client has a newer state.
        (replica,) = school.replicas
        replica.leave_out("a test", lost=False)
        with counted(none=1):
            assert periods_by_class(client.sync()) == {"A": ["JAN"]}
        school.check()
        with counted(repeated=1):
            assert periods_by_class(client.sync()) == {}
        assert notes_of(client) == "on the primary"
    with counted(replica=1):
        assert periods_by_class(client.sync()) == {}


def test_no_change_is_missed_by_syncs_with_the_replica_and_the_primary(school: School) -> None:
    client = MobileClient(school.viewer)
    (replica,) = school.replicas
    with open_transaction(lambda: note(school.head, "A", "late")):
        note(school.head, "B", "early")
        school.wait_for_replay()
        with counted(replica=1):
            client.sync()
    replica.leave_out("a test", lost=False)
    with counted(none=1):
        assert periods_by_class(client.sync()) == {"A": ["JAN"]}
    assert notes_of(client) == "late"
    note(school.head, "A", "later")
    school.wait_for_replay()
    school.check()
    with counted(replica=2):
        assert periods_by_class(client.sync()) == {"A": ["JAN"]}
        assert client.rows == client.fetch_all()


def test_cache_filled_from_a_replica_never_hides_a_newer_curriculum(school: School) -> None:
    def names() -> list[str]:
        found = data(CURRICULUM, school.viewer)["schoolClass"]["curriculum"]
        return [level["name"] for level in found["levels"]]

    levels = [make_level(number=number) for number in (1, 2)]
    change = partial(set_class_curriculum, viewer=school.head, class_code="A", academic_year=YEAR)
    change(level_ids=[levels[0].pk])
    school.wait_for_replay()
    with school.paused():
        change(level_ids=[levels[1].pk])
        with counted(replica=2):
            assert names() == names() == ["CORE PHONICS L1"]
        (replica,) = school.replicas
        replica.leave_out("a test", lost=False)
        assert names() == ["CORE PHONICS L2"]
        school.check()
        with counted(replica=1):
            assert names() == ["CORE PHONICS L1"]
    with counted(replica=1):
        assert names() == ["CORE PHONICS L2"]
