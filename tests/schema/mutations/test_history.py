"""The history through the API: who did what when, and each field from what to what."""

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
from tests.schema.mutations.documents import at, done, id_of, key
from tests.schema.mutations.reading_history import HISTORY, entries

pytestmark = pytest.mark.django_db

NEW: dict[str, Any] = {"name": "New", "type": "REVIEW", "totalQuestions": 20, "timerMinutes": 30}


def changes(entry: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """(before, after) of each field of an entry."""
    return {each["field"]: tuple(each.values())[1:] for each in entry["changes"]}


def test_an_entry_tells_who_did_what_and_when() -> None:
    make_class("A")
    teacher = make_teacher("mina", head=True)
    before = timezone.now()
    done("updateCell", as_viewer(teacher), cell=at("A"), notes="Bring a pen.")
    (entry,) = entries(head_teacher())
    assert before <= datetime.fromisoformat(entry.pop("at")) <= timezone.now()
    assert entry == {
        "action": "UPDATE_CELL",
        "byName": "Mina",
        "by": {"id": id_of(teacher), "name": "Mina"},
        "changes": [{"field": "notes", "textBefore": "", "textAfter": "Bring a pen."}],
    }


def test_the_name_is_that_of_then_and_the_teacher_that_of_now() -> None:
    make_class("A")
    teacher = make_teacher("mina", head=True)
    done("updateCell", as_viewer(teacher), cell=at("A"), notes="x")
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
def test_staff_who_are_no_teachers_are_told_by_their_name(
    names: dict[str, str], shown: str
) -> None:
    make_class("A")
    office = User.objects.create(username="office", is_staff=True, **names)
    done("updateCell", as_viewer(office), cell=at("A"), notes="x")
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
def test_any_text_is_kept_as_it_was_sent(text: str) -> None:
    make_class("A")
    viewer = head_teacher()
    assert done("updateCell", viewer, cell=at("A"), notes=text)["notes"] == text
    (entry,) = entries(viewer)
    assert changes(entry) == {"notes": ("", text)}


def test_every_field_of_a_cell_is_told_from_what_to_what() -> None:
    make_class("A")
    exams = [make_exam("First"), make_exam("Second"), make_exam("Third")]
    viewer = head_teacher()
    first, second, third = (id_of(exam) for exam in exams)
    done("assignExams", viewer, cells=[at("A")], examIds=[second, first])
    values = {
        "status": "IN_PROGRESS",
        "scheduledDate": "2026-01-15",
        "startTime": "09:00",
        "endTime": "10:30:30",
        "notes": "Bring a pen.",
    }
    done("updateCell", viewer, cell=at("A"), **values)
    nulls = dict.fromkeys(("scheduledDate", "startTime", "endTime", "notes"))
    done("updateCell", viewer, cell=at("A"), status="DRAFT", **nulls)
    done("unassignExams", viewer, cells=[at("A")], examIds=[first])
    done("assignExams", viewer, cells=[at("A", "FEB")], examIds=[third])
    done(
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


def test_every_field_of_an_exam_is_told_from_what_to_what() -> None:
    level, other = (id_of(make_level(number=number)) for number in (1, 2))
    viewer = head_teacher()
    exam = done("createExam", viewer, **NEW, academicYear=2026, curriculumLevelId=level)
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
    done("updateExam", viewer, id=exam["id"], **values)
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


def test_a_shared_cell_says_so_and_only_cells_that_changed_have_an_entry() -> None:
    exam = make_exam()
    make_cell(make_class("A"), exams=[exam])
    make_cell(make_class("B"), exams=[exam])
    make_class("C")
    viewer = head_teacher()
    done("shareCell", viewer, source=at("A"), classCodes=["A", "B", "C"])
    found = [entries(viewer, f"MatrixCell:{code}/2026/JAN") for code in "ABC"]
    assert [[entry["action"] for entry in each] for each in found] == [[], [], ["SHARE_CELL"]]


def test_cells_and_exams_do_not_share_a_history() -> None:
    make_class("A"), make_class("B")
    viewer = head_teacher()
    done("updateCell", viewer, cell=at("A"), notes="x")
    exam = done("createExam", viewer, **NEW)["id"]
    assert [entry["action"] for entry in entries(viewer, exam)] == ["CREATE_EXAM"]
    assert [entry["action"] for entry in entries(viewer)] == ["UPDATE_CELL"]
    assert entries(viewer, "MatrixCell:B/2026/JAN") == []


def test_an_exams_history_is_for_its_creator_and_those_who_administer() -> None:
    creator, other = make_teacher(), make_teacher()
    for teacher in (creator, other):
        assign(teacher, make_class(), AccessLevel.FULL)
    exam = done("createExam", as_viewer(creator), **NEW)["id"]
    assert len(entries(as_viewer(creator), exam)) == len(entries(head_teacher(), exam)) == 1
    response = answer(HISTORY, as_viewer(other), {"id": exam})
    assert error_codes(response) == {"node.history": "FORBIDDEN"}
    assert response["data"] == {"node": {"history": None}}
