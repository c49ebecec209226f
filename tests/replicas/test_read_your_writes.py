"""A replica serves a viewer if it has their own changes and access; otherwise the primary does."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import (
    ExamScheduleMatrix,
    HistoryEntry,
    SchoolClass,
    TeacherClassAssignment,
)
from primepath.services.access.revoke_teacher import revoke_teacher
from tests.client import data
from tests.factories import as_viewer, assign, make_class
from tests.replicas.school import School, counted, note, notes
from tests.writing.transactions import open_transaction

pytestmark = pytest.mark.one_database


def test_viewer_reads_their_own_change_and_others_read_the_replica(school: School) -> None:
    note(school.head, "A", "old")
    school.wait_for_replay()
    with school.paused():
        with counted(replica=1):
            assert notes(school.head, "A") == {"A": "old"}
        note(school.head, "A", "new")
        with counted(behind=1):
            assert notes(school.head, "A") == {"A": "new"}
        with counted(replica=1):
            assert notes(school.viewer, "A") == {"A": "old"}
    with counted(replica=2):
        assert notes(school.head, "A") == notes(school.viewer, "A") == {"A": "new"}


def test_replica_needs_every_transaction_of_the_viewer(school: School) -> None:
    """The last entry is replayed, but an earlier transaction ended after it."""
    with open_transaction(lambda: note(school.head, "A", "late")):
        note(school.head, "B", "early")
        school.wait_for_replay()
        with counted(behind=1):
            assert notes(school.head, "B") == {"B": "early"}
        assert notes(school.viewer, "A") != {"A": "late"}
    school.wait_for_replay()
    with counted(replica=1):
        assert notes(school.head) == {"A": "late", "B": "early"}


def test_access_that_ends_on_the_primary_ends_at_once(school: School) -> None:
    with school.paused():
        assert list(notes(school.viewer)) == ["A"]
        assignment = TeacherClassAssignment.objects.get(teacher=school.teacher)
        revoke_teacher(viewer=school.head, assignment_id=assignment.pk)
        with counted(behind=1):
            assert notes(school.viewer) == {}
    with counted(replica=1):
        assert notes(school.viewer) == {}
    with school.paused():
        # Also if something else than a service changed it.
        TeacherClassAssignment.objects.filter(teacher=school.teacher).update(is_active=True)
        with counted(behind=1):
            assert list(notes(school.viewer)) == ["A"]
    with school.paused():
        TeacherClassAssignment.objects.update(access_level=AccessLevel.VIEW)
        with counted(behind=1):
            assert list(notes(school.viewer)) == ["A"]
        TeacherClassAssignment.objects.update(expires_at=timezone.now())
        with counted(behind=1):
            assert notes(school.viewer) == {}
    TeacherClassAssignment.objects.update(expires_at=None, access_level=AccessLevel.FULL)


def test_class_of_an_administrator_appears_and_disappears_at_once(school: School) -> None:
    with school.paused():
        made = make_class("NEW")
        assert "NEW" in notes(school.head)
    with school.paused():
        SchoolClass.objects.filter(pk=made.pk).update(is_active=False)
        assert "NEW" not in notes(school.head)


def test_account_that_the_replica_does_not_have_is_served_by_the_primary(school: School) -> None:
    with school.paused():
        viewer = as_viewer(User.objects.create(username="new", is_staff=True))
        with counted(behind=1):
            assert "A" in notes(viewer)


def test_mutation_and_its_payload_use_the_primary(school: School) -> None:
    document = """
    mutation ($text: String!) {
      updateCell(input: {cell: {at: {classCode: "A", academicYear: 2026, period: JAN}}, notes: $text}) {
        cell { notes }
      }
    }
    """
    with school.paused(), counted():
        answer = data(document, school.viewer, {"text": "payload"})
        assert answer["updateCell"]["cell"]["notes"] == "payload"


def test_commands_and_anonymous_requests_use_the_primary(school: School) -> None:
    with counted():
        assert "A" in notes(COMMAND_LINE)
        assert data("{ school { name } viewer { username } }", None)["viewer"] is None


def test_operation_without_reads_asks_no_replica(school: School) -> None:
    with counted():
        assert data("{ viewer { username } }", school.head) == {"viewer": {"username": "head"}}


def test_missing_cells_are_returned_and_not_stored(school: School) -> None:
    assign(school.teacher, make_class("EMPTY"))
    school.wait_for_replay()
    with counted(replica=1):
        assert notes(school.viewer, "EMPTY") == {"EMPTY": ""}
    assert not ExamScheduleMatrix.objects.filter(school_class="EMPTY").exists()


def test_history_from_another_server_does_not_keep_a_viewer_from_the_replica(
    school: School,
) -> None:
    """A restored dump has transaction ids that this server has not reached."""
    entry = HistoryEntry.objects.filter(actor=school.head.user_id).first()
    assert entry is not None
    entry.pk, entry._state.adding, entry.transaction = None, True, 2**40
    entry.save()
    school.wait_for_replay()
    with counted(replica=1):
        notes(school.head)
    note(school.head, "A", "after the restore")
    with school.paused():
        note(school.head, "A", "newest")
        assert notes(school.head, "A") == {"A": "newest"}
