"""The services for classes, the curriculum, teachers, accounts and tokens: rules, history, all or nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError

from primepath.domain.errors import ValidationFailedError
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import ApiToken, CurriculumLevel, HistoryEntry, Program, SchoolClass
from primepath.services import rows
from primepath.services.accounts.administer_tokens import issue_token, withdraw_token
from primepath.services.accounts.create_account import create_account
from primepath.services.accounts.create_teacher import create_teacher
from primepath.services.accounts.set_account_active import set_account_active
from primepath.services.accounts.set_password import set_password
from primepath.services.accounts.tokens import create_token
from primepath.services.accounts.update_account import update_account
from primepath.services.accounts.update_teacher import update_teacher
from primepath.services.address_secrets import digest_of
from primepath.services.curriculum.create_level import create_level
from primepath.services.curriculum.create_program import create_program
from primepath.services.curriculum.create_subprogram import create_subprogram
from primepath.services.curriculum.update_level import update_level
from primepath.services.curriculum.update_program import update_program
from primepath.services.curriculum.update_subprogram import update_subprogram
from primepath.services.school.create_class import create_class
from primepath.services.school.update_class import update_class
from tests.factories import as_viewer, head_teacher, make_class, make_level, make_teacher

pytestmark = pytest.mark.django_db

CLASS: Any = {"name": "Middle 7A", "division": "MIDDLE", "grade": 7, "section": "A"}
PROGRAM: Any = {"name": "ASCENT", "grade_from": 1, "grade_to": 4}


def _errors(service: Callable[..., object], **input: Any) -> set[tuple[str, str | None]]:
    """Return the code and field of each error. Check that nothing is recorded."""
    before = HistoryEntry.objects.count()
    with pytest.raises(ValidationFailedError) as raised:
        service(**input)
    assert HistoryEntry.objects.count() == before
    assert str(raised.value)
    return {(error.code.value, error.field_name) for error in raised.value.errors}


def _recorded() -> list[tuple[str, str, str, dict[str, tuple[object, object]]]]:
    return [
        (
            entry.subject,
            entry.action,
            entry.subject_key,
            {field: (before, after) for field, before, after in entry.changes},
        )
        for entry in HistoryEntry.objects.order_by("pk")
    ]


def test_class_is_created_and_changed() -> None:
    create_class(viewer=COMMAND_LINE, code="M7A", values=CLASS)
    update_class(viewer=COMMAND_LINE, code="M7A", values={"is_active": False, "name": "Middle 7A"})
    update_class(viewer=COMMAND_LINE, code="M7A", values={"is_active": False})
    created, changed = _recorded()
    assert created[:3] == ("CLASS", "CREATE_CLASS", "M7A")
    assert created[3]["division"] == (None, "MIDDLE")
    assert changed == ("CLASS", "UPDATE_CLASS", "M7A", {"isActive": (True, False)})
    assert not SchoolClass.objects.get().is_active


def test_every_error_of_a_class_is_found() -> None:
    make_class("M7A")
    values: Any = {"name": " ", "division": "X", "grade": 13, "section": "x" * 11, "stream": "\0"}
    assert _errors(create_class, viewer=COMMAND_LINE, code="M 7A", values=values) == {
        ("INVALID_CHARACTERS", "code"),
        ("BLANK", "name"),
        ("OUT_OF_RANGE", "division"),
        ("OUT_OF_RANGE", "grade"),
        ("TOO_LONG", "section"),
        ("INVALID_CHARACTERS", "stream"),
    }
    assert _errors(create_class, viewer=COMMAND_LINE, code="M7A", values={}) == {
        ("DUPLICATE", "code"),
        ("BLANK", "name"),
        ("OUT_OF_RANGE", "division"),
        ("OUT_OF_RANGE", "grade"),
    }
    assert _errors(update_class, viewer=COMMAND_LINE, code="X", values={"grade": -1}) == {
        ("NOT_FOUND", "code"),
        ("OUT_OF_RANGE", "grade"),
    }


def test_curriculum_is_created_and_changed() -> None:
    program = create_program(viewer=COMMAND_LINE, values=PROGRAM)
    part = create_subprogram(viewer=COMMAND_LINE, values={"program_id": program.pk, "name": "RISE"})
    level = create_level(viewer=COMMAND_LINE, values={"subprogram_id": part.pk, "level_number": 1})
    update_program(viewer=COMMAND_LINE, program_id=program.pk, values={"name": "EDGE"})
    update_subprogram(viewer=COMMAND_LINE, subprogram_id=part.pk, values={"position": 3})
    update_level(viewer=COMMAND_LINE, level_id=level.pk, values={"level_number": 2})
    entries = _recorded()
    assert [entry[:3] for entry in entries] == [
        ("PROGRAM", "CREATE_PROGRAM", str(program.pk)),
        ("SUB_PROGRAM", "CREATE_SUB_PROGRAM", str(part.pk)),
        ("LEVEL", "CREATE_LEVEL", str(level.pk)),
        ("PROGRAM", "UPDATE_PROGRAM", str(program.pk)),
        ("LEVEL", "UPDATE_LEVEL", str(level.pk)),
        ("SUB_PROGRAM", "UPDATE_SUB_PROGRAM", str(part.pk)),
        ("LEVEL", "UPDATE_LEVEL", str(level.pk)),
    ]
    assert [entry[3] for entry in entries[2:]] == [
        {"name": (None, "ASCENT RISE L1"), "gradeFrom": (None, 1), "gradeTo": (None, 4)},
        {"name": ("ASCENT", "EDGE")},
        {"name": ("ASCENT RISE L1", "EDGE RISE L1")},
        {"position": (0, 3)},
        {"name": ("EDGE RISE L1", "EDGE RISE L2")},
    ]


def test_every_error_of_the_curriculum_is_found() -> None:
    level = make_level()
    part, program = level.subprogram, level.subprogram.program
    Program.objects.create(name="TAKEN", grade_from=1, grade_to=2)
    taken: Any = {"name": "TAKEN", "grade_from": 5, "grade_to": 4, "position": -1}
    assert _errors(update_program, viewer=COMMAND_LINE, program_id=program.pk, values=taken) == {
        ("DUPLICATE", "name"),
        ("OUT_OF_RANGE", "grade_to"),
        ("OUT_OF_RANGE", "position"),
    }
    assert _errors(create_program, viewer=COMMAND_LINE, values={}) == {
        ("BLANK", "name"),
        ("OUT_OF_RANGE", "grade_from"),
        ("OUT_OF_RANGE", "grade_to"),
    }
    assert _errors(create_subprogram, viewer=COMMAND_LINE, values={}) == {
        ("BLANK", "name"),
        ("NOT_FOUND", "program_id"),
    }
    same: Any = {"program_id": program.pk, "name": part.name}
    assert _errors(create_subprogram, viewer=COMMAND_LINE, values=same) == {("DUPLICATE", "name")}
    same = {"subprogram_id": part.pk, "level_number": 1}
    assert _errors(create_level, viewer=COMMAND_LINE, values=same) == {
        ("DUPLICATE", "level_number")
    }
    assert _errors(create_level, viewer=COMMAND_LINE, values={}) == {
        ("NOT_FOUND", "subprogram_id"),
        ("OUT_OF_RANGE", "level_number"),
    }
    nul: Any = {"name": "\0"}
    assert _errors(update_program, viewer=COMMAND_LINE, program_id=program.pk, values=nul) == {
        ("INVALID_CHARACTERS", "name")
    }
    assert _errors(update_subprogram, viewer=COMMAND_LINE, subprogram_id=part.pk, values=nul) == {
        ("INVALID_CHARACTERS", "name")
    }
    gone = 10**6
    for service, key in (
        (update_program, "program_id"),
        (update_subprogram, "subprogram_id"),
        (update_level, "level_id"),
    ):
        assert _errors(service, viewer=COMMAND_LINE, values={}, **{key: gone}) == {
            ("NOT_FOUND", key)
        }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((blank, "BLANK") for blank in "\u3164\u200b\u2800\u115f\ufeff\u00ad"),
        ("\x01", "INVALID_CHARACTERS"),
    ],
)
def test_names_that_show_nothing_are_rejected(text: str, code: str) -> None:
    level = make_level("CORE", 1)
    part, program = level.subprogram, level.subprogram.program
    user, teacher = User.objects.create(username="new"), make_teacher("mina")
    school_class = make_class("A")
    service: Callable[..., object]
    both: Any = {"name": text, "section": text}
    name: Any = {"name": text}
    for service, values, options in (
        (create_class, {**CLASS, **both}, {"code": "B"}),
        (update_class, both, {"code": school_class.pk}),
    ):
        assert _errors(service, viewer=COMMAND_LINE, values=values, **options) == {
            (code, "name"),
            (code, "section"),
        }
    for service, options in (
        (create_program, {}),
        (update_program, {"program_id": program.pk}),
        (update_subprogram, {"subprogram_id": part.pk}),
        (create_teacher, {"user_id": user.pk}),
        (update_teacher, {"teacher_id": teacher.pk}),
    ):
        assert (code, "name") in _errors(service, viewer=COMMAND_LINE, values=name, **options)
    username: Any = {"username": text}
    assert _errors(create_account, viewer=COMMAND_LINE, values=username, password=None) == {
        (code, "username")
    }


def test_username_is_stored_in_its_normal_form() -> None:
    decomposed = unicodedata.normalize("NFD", "김민아")
    values: Any = {"username": f" {decomposed} "}
    account = create_account(viewer=COMMAND_LINE, values=values, password=None)
    assert account.username == "김민아"
    assert _errors(create_account, viewer=COMMAND_LINE, values=values, password=None) == {
        ("DUPLICATE", "username")
    }
    assert (
        update_account(viewer=COMMAND_LINE, account_id=account.pk, values=values).username
        == "김민아"
    )


def test_teacher_is_created_and_made_head_teacher() -> None:
    user = User.objects.create(username="mina")
    teacher = create_teacher(viewer=COMMAND_LINE, user_id=user.pk, values={"name": "Mina"})
    update_teacher(viewer=COMMAND_LINE, teacher_id=teacher.pk, values={"is_head_teacher": True})
    key = str(teacher.pk)
    assert _recorded() == [
        (
            *("TEACHER", "CREATE_TEACHER", key),
            {"userId": (None, user.pk), "name": (None, "Mina"), "isHeadTeacher": (None, False)},
        ),
        ("TEACHER", "UPDATE_TEACHER", key, {"isHeadTeacher": (False, True)}),
    ]
    assert _errors(create_teacher, viewer=COMMAND_LINE, user_id=user.pk, values={}) == {
        ("DUPLICATE", "user_id"),
        ("BLANK", "name"),
    }
    own: Any = {"is_head_teacher": False, "name": "x" * 101}
    assert _errors(
        update_teacher, viewer=as_viewer(teacher), teacher_id=teacher.pk, values=own
    ) == {("FORBIDDEN", "is_head_teacher"), ("TOO_LONG", "name")}


def test_accounts_of_staff_are_for_superusers() -> None:
    office = User.objects.create(username="office", is_staff=True)
    head = head_teacher()
    active: Any = {"account_id": office.pk, "is_active": False}
    assert _errors(set_account_active, viewer=head, **active) == {("FORBIDDEN", "is_active")}
    own: Any = {"account_id": head.user_id, "is_active": False}
    assert _errors(set_account_active, viewer=head, **own) == {("FORBIDDEN", "is_active")}
    root = as_viewer(User.objects.create(username="root", is_staff=True, is_superuser=True))
    set_account_active(viewer=root, **active)
    assert _recorded() == [
        ("ACCOUNT", "UPDATE_ACCOUNT", str(office.pk), {"isActive": (True, False)})
    ]


def test_no_secret_is_recorded() -> None:
    user = create_account(viewer=COMMAND_LINE, values={"username": "mina"}, password="secret-1")
    set_password(viewer=COMMAND_LINE, account_id=user.pk, password="secret-2")
    token, stored = issue_token(viewer=COMMAND_LINE, user=user, name="Phone")
    assert withdraw_token(viewer=COMMAND_LINE, token_id=stored.pk)
    assert not withdraw_token(viewer=COMMAND_LINE, token_id=stored.pk)
    user.refresh_from_db()
    assert user.check_password("secret-2")
    entries = _recorded()
    assert [entry[1] for entry in entries] == [
        *("CREATE_ACCOUNT", "SET_PASSWORD", "CREATE_TOKEN", "REVOKE_TOKEN")
    ]
    for secret in ("secret-1", "secret-2", token, digest_of(token), user.password):
        assert secret not in str(entries)


def test_tokens_of_signing_in_are_not_recorded() -> None:
    create_token(user=make_teacher().user, name="Phone")
    assert ApiToken.objects.exists()
    assert not _recorded()


SERVICES: dict[Callable[..., object], dict[str, Any]] = {
    create_class: {"code": "NEW", "values": CLASS},
    update_class: {"code": "A", "values": {"name": "New"}},
    create_program: {"values": PROGRAM},
    update_program: {"program_id": 1, "values": {"name": "New"}},
    create_subprogram: {"values": {"program_id": 1, "name": "New"}},
    update_subprogram: {"subprogram_id": 1, "values": {"name": "New"}},
    create_level: {"values": {"subprogram_id": 1, "level_number": 9}},
    update_level: {"level_id": 1, "values": {"level_number": 9}},
    create_teacher: {"user_id": 1, "values": {"name": "New"}},
    update_teacher: {"teacher_id": 1, "values": {"name": "New"}},
    create_account: {"values": {"username": "new"}, "password": None},
    update_account: {"account_id": 1, "values": {"email": "new@example.org"}},
    set_account_active: {"account_id": 1, "is_active": False},
    set_password: {"account_id": 10**6, "password": "x"},
    withdraw_token: {"token_id": 1},
}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.__name__)
def test_teachers_cannot_use_these_services(service: Callable[..., object]) -> None:
    teacher: Viewer = as_viewer(make_teacher())
    codes = {code for code, _ in _errors(service, viewer=teacher, **SERVICES[service])}
    assert "FORBIDDEN" in codes


def test_change_without_history_entry_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise DatabaseError

    make_class("A")
    level = make_level()
    monkeypatch.setattr(rows, "record", fail)
    with pytest.raises(DatabaseError):
        update_class(viewer=COMMAND_LINE, code="A", values={"name": "New"})
    with pytest.raises(DatabaseError):
        update_program(
            viewer=COMMAND_LINE,
            program_id=level.subprogram.program_id,
            values={"name": "New"},
        )
    assert not SchoolClass.objects.filter(name="New").exists()
    assert CurriculumLevel.objects.with_names().get().name == level.name
