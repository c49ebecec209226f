"""Delta sync of lists with a replica that is behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from primepath.domain.exam import ExamType
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import Teacher
from primepath.services.access.assign_teacher import assign_teacher
from primepath.services.access.request_class_access import request_class_access
from primepath.services.exams.create_exam import create_exam
from primepath.services.school.update_class import update_class
from tests.factories import as_viewer, make_teacher
from tests.replicas.school import School, counted
from tests.schema.list_client import ListClient

pytestmark = pytest.mark.one_database


def _create_exam(_teacher: Teacher) -> None:
    create_exam(
        viewer=COMMAND_LINE,
        type=ExamType.REVIEW,
        values={"name": "New", "total_questions": 1, "timer_minutes": 1},
    )


def _rename_class(_teacher: Teacher) -> None:
    update_class(viewer=COMMAND_LINE, code="B", values={"name": "Renamed"})


def _assign(teacher: Teacher) -> None:
    assign_teacher(
        viewer=COMMAND_LINE,
        teacher_id=teacher.pk,
        class_code="B",
        access_level=AccessLevel.VIEW,
    )


def _request(teacher: Teacher) -> None:
    request_class_access(
        viewer=as_viewer(teacher), class_code="A", access_level=AccessLevel.VIEW, reason="Cover"
    )


# Each with the outcome of a read while the replica is behind. It is not asked if it misses a change of the viewer.
CHANGES: dict[str, tuple[Callable[[Teacher], None], str]] = {
    "exams": (_create_exam, "repeated"),
    "classDirectory": (_rename_class, "repeated"),
    "assignmentConnection": (_assign, "behind"),
    "classAccessRequests": (_request, "behind"),
}


@pytest.mark.parametrize("field", CHANGES)
def test_client_that_is_ahead_of_the_replica_syncs_with_the_primary(
    school: School, field: str
) -> None:
    change, outcome = CHANGES[field]
    teacher = make_teacher(field)
    school.wait_for_replay()
    client = ListClient(field, as_viewer(teacher))
    before = client.items
    with school.paused():
        change(teacher)
        # The replica was left out for a moment, so the client has a newer state.
        (replica,) = school.replicas
        replica.leave_out("a test", lost=False)
        with counted(none=2):
            changed, _removed = client.sync()
        assert len(changed) == 1
        school.check()
        with counted(**{outcome: 2}):
            assert client.sync() == ({}, set())
    with counted(replica=2):
        assert client.sync() == ({}, set())
    assert client.expirations == 0
    assert client.items == client.fetch_all() == before | changed
