"""The pages of classes."""

from __future__ import annotations

import pytest
from django.test import Client

from primepath.domain.viewer import COMMAND_LINE
from primepath.models import SchoolClass, TeacherClassAssignment
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum
from tests.factories import make_class, make_teacher
from tests.primepath.admin.pages import add_url, change_url, errors_of, filled, list_url
from tests.primepath.admin.school import Row


def _new(**values: str) -> dict[str, str]:
    return {
        "code": "MIDDLE_7A",
        "name": "Middle 7A",
        "division": "MIDDLE",
        "grade": "7",
        "section": "A",
        "stream": "",
        "is_active": "on",
        "assignments-TOTAL_FORMS": "0",
        "assignments-INITIAL_FORMS": "0",
        **values,
    }


def test_class_is_added(head: Client) -> None:
    assert head.post(add_url(SchoolClass), _new()).status_code == 302
    assert SchoolClass.objects.get().code == "MIDDLE_7A"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("code", "middle 7a", "Use letters"),
        ("name", "NUL \0 name", "Null characters are not allowed"),
        ("grade", "13", "less than or equal to 12"),
        ("grade", "-1", "greater than or equal to 0"),
    ],
)
def test_invalid_value_is_an_error_of_the_form(
    head: Client, field: str, value: str, message: str
) -> None:
    response = head.post(add_url(SchoolClass), _new(**{field: value}))
    assert message in errors_of(response)[field][0]
    assert not SchoolClass.objects.exists()


def test_code_cannot_be_changed(head: Client, row: Row) -> None:
    code = row.school_class.code
    page = head.get(change_url(row.school_class))
    assert "code" not in page.context["adminform"].form.fields
    data = filled(head, change_url(row.school_class)) | {"code": "OTHER", "name": "New name"}
    assert head.post(change_url(row.school_class), data).status_code == 302
    assert list(SchoolClass.objects.values_list("code", "name")) == [(code, "New name")]


def test_class_is_deactivated(head: Client, row: Row) -> None:
    data = filled(head, change_url(row.school_class))
    del data["is_active"]
    assert head.post(change_url(row.school_class), data).status_code == 302
    row.school_class.refresh_from_db()
    assert not row.school_class.is_active


def test_saving_a_class_keeps_concurrent_changes(
    head: Client, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form's copy of the row has the old curriculum version, which must not come back."""

    def write_concurrently(school_class: SchoolClass, **_: object) -> None:
        set_class_curriculum(
            viewer=COMMAND_LINE,
            class_code=school_class.code,
            academic_year=row.mapping.academic_year,
            level_ids=[],
        )

    version = row.school_class.curriculum_version
    data = filled(head, change_url(row.school_class)) | {"name": "New name"}
    monkeypatch.setattr(SchoolClass, "clean", write_concurrently)
    assert head.post(change_url(row.school_class), data).status_code == 302
    row.school_class.refresh_from_db()
    assert row.school_class.name == "New name"
    assert row.school_class.curriculum_version != version


def test_teachers_are_assigned_and_revoked_on_the_page_of_the_class(head: Client, row: Row) -> None:
    url = change_url(row.school_class)
    colleague = make_teacher()
    data = filled(head, url)
    del data["assignments-0-is_active"]
    data |= {
        "assignments-2-TOTAL_FORMS": "1",
        "assignments-2-0-teacher": str(colleague.pk),
        "assignments-2-0-access_level": "SUBSTITUTE",
    }
    assert head.post(url, data).status_code == 302
    assert list(
        TeacherClassAssignment.objects.order_by("pk").values_list(
            "teacher", "access_level", "is_active"
        )
    ) == [(row.teacher.pk, "FULL", False), (colleague.pk, "SUBSTITUTE", True)]


def test_teacher_can_be_assigned_to_a_class_only_once(head: Client, row: Row) -> None:
    url = change_url(row.school_class)
    data = filled(head, url) | {
        "assignments-2-TOTAL_FORMS": "1",
        "assignments-2-0-teacher": str(row.teacher.pk),
        "assignments-2-0-access_level": "VIEW",
    }
    response = head.post(url, data)
    assert response.status_code == 200
    assert "already exists" in response.content.decode()
    assert TeacherClassAssignment.objects.count() == 1


def test_classes_are_in_school_order(head: Client) -> None:
    for code, division, grade in [
        ("B_HIGH", "HIGH", 10),
        ("C_PRIMARY", "PRIMARY", 2),
        ("A_MIDDLE", "MIDDLE", 5),
        ("D_PRIMARY", "PRIMARY", 1),
    ]:
        make_class(code, division=division, grade=grade)
    listed = head.get(list_url(SchoolClass)).context["cl"].result_list
    assert [each.code for each in listed] == ["D_PRIMARY", "C_PRIMARY", "A_MIDDLE", "B_HIGH"]
