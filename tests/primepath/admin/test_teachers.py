"""The pages of teachers and of their assignments."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client

from primepath.models import ClassAccessRequest, SchoolClass, Teacher, TeacherClassAssignment
from tests.factories import make_class, make_teacher
from tests.primepath.admin.pages import add_url, change_url, errors_of, filled, list_url, object_of
from tests.primepath.admin.school import Row, make_row


def test_teacher_is_added_for_a_free_account(head: Client, row: Row) -> None:
    free = User.objects.create(username="free")
    data = filled(head, add_url(Teacher))
    for account, status in [(row.teacher.user.pk, 200), (free.pk, 302)]:
        values = {"user": account, "name": "Müller"}
        assert head.post(add_url(Teacher), data | values).status_code == status
    assert free.teacher.name_key == "müller"


def test_account_of_a_teacher_cannot_be_changed(head: Client, row: Row) -> None:
    free = User.objects.create(username="free")
    data = filled(head, change_url(row.teacher)) | {"user": free.pk, "name": "New"}
    assert head.post(change_url(row.teacher), data).status_code == 302
    teacher = Teacher.objects.get(pk=row.teacher.pk)
    assert (teacher.name, teacher.name_key, teacher.user) == ("New", "new", row.teacher.user)


def test_inactive_teacher_cannot_sign_in(head: Client, row: Row) -> None:
    url = change_url(row.teacher)
    data = filled(head, url)
    del data["can_sign_in"]
    for values, can_sign_in in [(data, False), (data | {"can_sign_in": "on"}, True)]:
        assert head.post(url, values).status_code == 302
        assert User.objects.get(pk=row.teacher.user.pk).is_active is can_sign_in


def test_head_teacher_cannot_lock_themselves_out(head: Client, head_teacher: Teacher) -> None:
    data = filled(head, change_url(head_teacher))
    assert not {"is_head_teacher", "can_sign_in"} & set(data)
    assert head.post(change_url(head_teacher), data).status_code == 302
    assert head.get("/admin/").status_code == 200


def test_head_teacher_cannot_deactivate_staff(head: Client, superuser: Client, row: Row) -> None:
    User.objects.filter(pk=row.teacher.user.pk).update(is_staff=True)
    url = change_url(row.teacher)
    assert "can_sign_in" not in filled(head, url)
    data = filled(superuser, url)
    del data["can_sign_in"]
    assert head.post(url, data).status_code == 302
    assert User.objects.get(pk=row.teacher.user.pk).is_active
    assert superuser.post(url, data).status_code == 302
    assert not User.objects.get(pk=row.teacher.user.pk).is_active


def test_classes_are_assigned_on_the_page_of_the_teacher(head: Client, row: Row) -> None:
    other = make_class("MIDDLE_5B")
    url = change_url(row.teacher)
    data = filled(head, url) | {
        "assignments-0-access_level": "VIEW",
        "assignments-2-TOTAL_FORMS": "1",
        "assignments-2-0-school_class": other.pk,
        "assignments-2-0-access_level": "CO_TEACHER",
    }
    assert head.post(url, data).status_code == 302
    assert dict(row.teacher.assignments.values_list("school_class", "access_level")) == {
        row.school_class.pk: "VIEW",
        "MIDDLE_5B": "CO_TEACHER",
    }


def test_assignment_is_created_once_and_revoked_by_deactivating_it(head: Client, row: Row) -> None:
    teacher = make_teacher()
    data = filled(head, add_url(TeacherClassAssignment)) | {
        "teacher": teacher.pk,
        "school_class": row.school_class.pk,
        "access_level": "SUBSTITUTE",
    }
    assert head.post(add_url(TeacherClassAssignment), data).status_code == 302
    again = head.post(add_url(TeacherClassAssignment), data)
    assert "already exists" in errors_of(again)["__all__"][0]

    assignment = TeacherClassAssignment.objects.get(teacher=teacher)
    change = filled(head, change_url(assignment))
    assert "teacher" not in change
    del change["is_active"]
    assert head.post(change_url(assignment), change | {"teacher": "1"}).status_code == 302
    assignment.refresh_from_db()
    assert (assignment.is_active, assignment.teacher) == (False, teacher)


def test_inactive_class_cannot_be_assigned(head: Client, row: Row) -> None:
    SchoolClass.objects.update(is_active=False)
    data = filled(head, add_url(TeacherClassAssignment)) | {
        "teacher": make_teacher().pk,
        "school_class": row.school_class.pk,
        "access_level": "VIEW",
    }
    response = head.post(add_url(TeacherClassAssignment), data)
    assert errors_of(response) == {
        "school_class": ["Class PRIMARY_1A does not exist or is inactive."]
    }


def test_filters_do_not_reveal_passwords(head: Client, row: Row) -> None:
    assert head.get(list_url(Teacher), {"user__password__startswith": "p"}).status_code == 400


@pytest.mark.parametrize("page", [Teacher, TeacherClassAssignment, ClassAccessRequest])
@pytest.mark.parametrize("term", ["müller", "MÜLLER", "Mu\u0308ller"])
def test_search_for_teachers_ignores_case_and_accents(
    head: Client, row: Row, page: type[Model], term: str
) -> None:
    row.teacher.name = "Anna Müller"
    row.teacher.save()
    make_row(2)
    found = head.get(list_url(page), {"q": term}).context["cl"].result_list
    assert list(found) == [object_of(row, page)]
