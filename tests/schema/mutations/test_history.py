"""The history through the API: person, action, time, and the old and new value of each field."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from primepath.domain.school_class import AccessLevel
from primepath.models import Teacher
from tests.client import answer, error_codes
from tests.factories import (
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_level,
    make_teacher,
)
from tests.schema.mutations.documents import at, id_of, key, result_of
from tests.schema.mutations.history_queries import HISTORY, entries

pytestmark = pytest.mark.django_db

NEW: dict[str, Any] = {"name": "New", "type": "REVIEW", "totalQuestions": 20, "timerMinutes": 30}


def changes(entry: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return (before, after) of each field of an entry."""
    return {each["field"]: tuple(each.values())[1:] for each in entry["changes"]}


def test_entry_has_person_action_and_time() -> None:
    make_class("A")
    teacher = make_teacher("mina", head=True)
    before = timezone.now()
    result_of("updateCell", as_viewer(teacher), cell=at("A"), notes="Bring a pen.")
    (entry,) = entries(head_teacher())
    assert before <= datetime.fromisoformat(entry.pop("at")) <= timezone.now()
    assert entry == {
        "action": "UPDATE_CELL",
        "byName": "Mina",
        "by": {"id": id_of(teacher), "name": "Mina"},
        "changes": [{"field": "notes", "textBefore": "", "textAfter": "Bring a pen."}],
    }


def test_entry_has_the_old_name_and_the_current_teacher() -> None:
    make_class("A")
    teacher = make_teacher("mina", head=True)
    result_of("updateCell", as_viewer(teacher), cell=at("A"), notes="x")
    Teacher.objects.filter(pk=teacher.pk).update(name="Mina Park")
    (entry,) = entries(head_teacher())
    assert (entry["byName"], entry["by"]["name"]) == ("Mina", "Mina Park")


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({}, "office"),
        ({"first_name": "Sora", "last_name": "Kim"}, "Sora Kim"),
        ({"first_name": "x" * 150, "last_name": "y" * 150}, "x" * 150),
    ],
    ids=["no name", "a name", "the longest name"],
)
def test_staff_without_a_profile_are_shown_by_name(names: dict[str, str], shown: str) -> None:
    make_class("A")
    office = User.objects.create(username="office", is_staff=True, **names)
    result_of("updateCell", as_viewer(office), cell=at("A"), notes="x")
    (entry,) = entries(head_teacher())
    assert (entry["byName"], entry["by"]) == (shown, None)


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "123",
        "[1]",
        '{"a": 1}',
        'a "quoted" \\ \u2028 \x01\x7f',
        "\U0001f600 \u00e9",
        " x ",
        "%s '",
    ],
)
def test_any_text_is_recorded_unchanged(text: str) -> None:
    make_class("A")
    viewer = head_teacher()
    assert result_of("updateCell", viewer, cell=at("A"), notes=text)["notes"] == text
    (entry,) = entries(viewer)
    assert changes(entry) == {"notes": ("", text)}


def test_every_field_of_a_cell_has_old_and_new_values() -> None:
    make_class("A")
    exams = [make_exam("First"), make_exam("Second"), make_exam("Third")]
    viewer = head_teacher()
    first, second, third = (id_of(exam) for exam in exams)
    result_of("assignExams", viewer, cells=[at("A")], examIds=[second, first])
    values = {
        "status": "IN_PROGRESS",
        "scheduledDate": "2026-01-15",
        "startTime": "09:00",
        "endTime": "10:30:30",
        "notes": "Bring a pen.",
    }
    result_of("updateCell", viewer, cell=at("A"), **values)
    nulls = dict.fromkeys(("scheduledDate", "startTime", "endTime", "notes"))
    result_of("updateCell", viewer, cell=at("A"), status="DRAFT", **nulls)
    result_of("unassignExams", viewer, cells=[at("A")], examIds=[first])
    result_of("assignExams", viewer, cells=[at("A", "FEB")], examIds=[third])
    result_of(
        *("cloneCell", viewer),
        source=at("A", "FEB"),
        targets=[key("A")],
        onExisting="REPLACE",
    )
    found = entries(viewer)
    assert [entry["action"] for entry in found] == [
        *("CLONE_CELL", "UNASSIGN_EXAMS", "UPDATE_CELL", "UPDATE_CELL", "ASSIGN_EXAMS")
    ]
    names = [[{"name": exam.name}] for exam in exams]
    assert [changes(entry) for entry in found] == [
        {"exams": (names[2], names[1])},
        {"exams": ([], names[0])},
        {
            "status": ("IN_PROGRESS", "DRAFT"),
            "scheduledDate": ("2026-01-15", None),
            "startTime": ("09:00:00", None),
            "endTime": ("10:30:30", None),
            "notes": ("Bring a pen.", ""),
        },
        {
            "status": ("SCHEDULED", "IN_PROGRESS"),
            "scheduledDate": (None, "2026-01-15"),
            "startTime": (None, "09:00:00"),
            "endTime": (None, "10:30:30"),
            "notes": ("", "Bring a pen."),
        },
        {"status": ("EMPTY", "SCHEDULED"), "exams": (names[0] + names[1], [])},
    ]


def test_every_field_of_an_exam_has_old_and_new_values() -> None:
    level, other = (id_of(make_level(number=number)) for number in (1, 2))
    viewer = head_teacher()
    exam = result_of("createExam", viewer, **NEW, academicYear=2026, curriculumLevelId=level)
    values = {
        "name": "Better",
        "academicYear": 2027,
        "curriculumLevelId": other,
        "totalQuestions": 21,
        "timerMinutes": 31,
        "passingScore": 0,
        "instructions": "Read twice.",
        "isActive": False,
    }
    result_of("updateExam", viewer, id=exam["id"], **values)
    updated, created = entries(viewer, exam["id"])
    assert (created["action"], updated["action"]) == ("CREATE_EXAM", "UPDATE_EXAM")
    assert changes(created) == {
        "name": (None, "New"),
        "type": (None, "REVIEW"),
        "academicYear": (None, 2026),
        "curriculumLevel": (None, {"id": level}),
        "totalQuestions": (None, 20),
        "timerMinutes": (None, 30),
        "instructions": (None, ""),
        "isActive": (None, True),
    }
    assert changes(updated) == {
        "name": ("New", "Better"),
        "academicYear": (2026, 2027),
        "curriculumLevel": ({"id": level}, {"id": other}),
        "totalQuestions": (20, 21),
        "timerMinutes": (30, 31),
        "passingScore": (None, 0),
        "instructions": ("", "Read twice."),
        "isActive": (True, False),
    }


def test_sharing_creates_entries_for_changed_cells_only() -> None:
    exam = make_exam()
    make_cell(make_class("A"), exams=[exam])
    make_cell(make_class("B"), exams=[exam])
    make_class("C")
    viewer = head_teacher()
    result_of("shareCell", viewer, source=at("A"), classCodes=["A", "B", "C"])
    found = [entries(viewer, f"MatrixCell:{code}/2026/JAN") for code in "ABC"]
    assert [[entry["action"] for entry in each] for each in found] == [[], [], ["SHARE_CELL"]]


def test_cells_and_exams_have_separate_histories() -> None:
    make_class("A"), make_class("B")
    viewer = head_teacher()
    result_of("updateCell", viewer, cell=at("A"), notes="x")
    exam = result_of("createExam", viewer, **NEW)["id"]
    assert [entry["action"] for entry in entries(viewer, exam)] == ["CREATE_EXAM"]
    assert [entry["action"] for entry in entries(viewer)] == ["UPDATE_CELL"]
    assert entries(viewer, "MatrixCell:B/2026/JAN") == []


def test_exam_history_is_visible_to_its_creator_and_administrators() -> None:
    creator, other = make_teacher(), make_teacher()
    for teacher in (creator, other):
        assign(teacher, make_class(), AccessLevel.FULL)
    exam = result_of("createExam", as_viewer(creator), **NEW)["id"]
    assert len(entries(as_viewer(creator), exam)) == len(entries(head_teacher(), exam)) == 1
    response = answer(HISTORY, as_viewer(other), {"id": exam})
    assert error_codes(response) == {"node.history": "FORBIDDEN"}
    assert response["data"] == {"node": {"history": None}}
