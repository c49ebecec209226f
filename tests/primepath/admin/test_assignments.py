"""Assignments on their own page and on the pages of teachers and classes, saved by the services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from primepath.models import SchoolClass, Teacher, TeacherClassAssignment
from tests.factories import assign, make_class, make_teacher
from tests.primepath.admin.pages import add_url, change_url, errors_of, filled
from tests.primepath.admin.school import Row, written_since


def _save(client: Client, row: Row, *without: str, **values: Any) -> Any:
    url = change_url(row.assignment)
    data = filled(client, url) | values
    return client.post(url, {name: data[name] for name in data if name not in without})


def _stored(row: Row) -> tuple[str, bool]:
    stored = TeacherClassAssignment.objects.get(pk=row.assignment.pk)
    return stored.access_level, stored.is_active


def test_assignment_is_created_changed_revoked_and_restored(
    head: Client, head_teacher: Teacher, row: Row
) -> None:
    new = filled(head, add_url(TeacherClassAssignment)) | {
        "teacher": make_teacher().pk,
        "school_class": row.school_class.pk,
        "access_level": "VIEW",
    }
    assert head.post(add_url(TeacherClassAssignment), new).status_code == 302
    assert LogEntry.objects.get().object_repr.endswith("in PRIMARY_1A: VIEW")
    assert _save(head, row, access_level="SUBSTITUTE").status_code == 302
    assert _save(head, row, "is_active").status_code == 302
    assert _stored(row) == ("SUBSTITUTE", False)
    assert _save(head, row, is_active="on").status_code == 302
    assert _stored(row) == ("SUBSTITUTE", True)
    assert _save(head, row).status_code == 302
    entries = written_since(row)
    assert [entry.action for entry in entries] == [
        "ASSIGN_TEACHER",
        "ASSIGN_TEACHER",
        "REVOKE_TEACHER",
        "ASSIGN_TEACHER",
    ]
    assert {entry.teacher for entry in entries} == {head_teacher}


def test_level_and_expiry_do_not_change_when_access_is_revoked(head: Client, row: Row) -> None:
    response = _save(head, row, "is_active", access_level="VIEW")
    assert list(errors_of(response)) == ["is_active"]
    assert _stored(row) == ("FULL", True)


def test_access_cannot_end_in_the_past(head: Client, row: Row) -> None:
    response = _save(head, row, expires_at_0="2020-01-01", expires_at_1="12:00")
    assert errors_of(response) == {"expires_at": ["Expires at must be in the future."]}
    assert not written_since(row)


def test_expired_assignment_can_be_saved_unchanged(head: Client, row: Row) -> None:
    expired = timezone.now() - timedelta(days=1)
    TeacherClassAssignment.objects.update(expires_at=expired)
    assert _save(head, row).status_code == 302
    assert TeacherClassAssignment.objects.get().expires_at == expired
    assert not written_since(row)


def test_own_assignments_cannot_be_changed(head: Client, head_teacher: Teacher, row: Row) -> None:
    new = filled(head, add_url(TeacherClassAssignment)) | {
        "teacher": head_teacher.pk,
        "school_class": row.school_class.pk,
        "access_level": "VIEW",
    }
    response = head.post(add_url(TeacherClassAssignment), new)
    assert "You cannot change your own access" in errors_of(response)["teacher"][0]
    url = change_url(assign(head_teacher, row.school_class))
    data = filled(head, url)
    del data["is_active"]
    assert "You cannot change your own access" in errors_of(head.post(url, data))["__all__"][0]
    assert not written_since(row)


def test_tables_of_teachers_and_classes_write_through_the_services(
    head: Client, head_teacher: Teacher, row: Row
) -> None:
    for obj, field, new in [
        (row.school_class, "teacher", make_teacher().pk),
        (row.teacher, "school_class", make_class().pk),
    ]:
        before = len(written_since(row))
        data = filled(head, change_url(obj)) | {
            "assignments-2-TOTAL_FORMS": "1",
            f"assignments-2-0-{field}": new,
            "assignments-2-0-access_level": "VIEW",
        }
        assert head.post(change_url(obj), data).status_code == 302
        (entry,) = written_since(row)[before:]
        assert (entry.action, entry.teacher) == ("ASSIGN_TEACHER", head_teacher)


def test_page_is_saved_completely_or_not_at_all(head: Client, row: Row) -> None:
    """The second row of the table is rejected. Neither the class's new name nor the first row is saved."""
    assign(make_teacher("zoe"), row.school_class)
    url = change_url(row.school_class)
    data = filled(head, url) | {
        "name": "New name",
        "assignments-0-access_level": "VIEW",
        "assignments-1-expires_at_0": "2020-01-01",
        "assignments-1-expires_at_1": "12:00",
    }
    response = head.post(url, data)
    assert "Expires at must be in the future" in response.content.decode()
    table = response.context["inline_admin_formsets"][0].formset
    assert [list(form.errors) for form in table.initial_forms] == [[], ["expires_at"]]
    assert SchoolClass.objects.get().name == row.school_class.name
    assert _stored(row) == ("FULL", True)
    assert not written_since(row)


def test_assignment_that_others_revoked_meanwhile_is_not_restored(
    head: Client, staff: Client, row: Row
) -> None:
    for url in (change_url(row.school_class), change_url(row.assignment)):
        TeacherClassAssignment.objects.update(is_active=True)
        data = filled(head, url)
        assert _save(staff, row, "is_active").status_code == 302
        assert head.post(url, data).status_code == 302
        assert _stored(row) == ("FULL", False)


def _search(browser: Client, field: str, term: str) -> list[str]:
    """Return the labels in the search box of a new assignment."""
    response = browser.get(
        "/admin/autocomplete/",
        {
            "app_label": "primepath",
            "model_name": "teacherclassassignment",
            "field_name": field,
            "term": term,
        },
    )
    return [each["text"] for each in response.json()["results"]]


def test_search_boxes_distinguish_namesakes(head: Client) -> None:
    for number in 1, 2:
        make_teacher(f"kim{number}")
        make_class(f"A{number}", name="Class A")
    Teacher.objects.filter(user__username__startswith="kim").update(
        name="Kim Mina", name_key="kim mina"
    )
    assert _search(head, "teacher", "kim") == ["Kim Mina (kim1)", "Kim Mina (kim2)"]
    assert sorted(_search(head, "school_class", "Class A")) == ["Class A (A1)", "Class A (A2)"]
    chosen = Teacher.objects.get(user__username="kim2")
    page = head.post(add_url(TeacherClassAssignment), {"teacher": chosen.pk}).content.decode()
    assert "Kim Mina (kim2)</option>" in page
