"""Reading classes: curriculum, teachers and access requests."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from primepath.models import (
    ClassAccessRequest,
    ClassCurriculumMapping,
    CurriculumLevel,
    Program,
    SubProgram,
)
from tests.client import data
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    head_teacher,
    make_class,
    make_level,
    make_teacher,
)

pytestmark = pytest.mark.django_db

SEOUL = datetime.timezone(datetime.timedelta(hours=9))


def _set_levels(code: str, *priorities: int, year: int = YEAR) -> None:
    """Set a level of a class for each priority."""
    for priority in priorities:
        level = CurriculumLevel.objects.filter(level_number=priority).first()
        ClassCurriculumMapping.objects.create(
            school_class_id=code,
            academic_year=year,
            curriculum_level=level or make_level(number=priority),
            priority=priority,
        )


@pytest.mark.parametrize("times", [1, 2])
def test_curriculum_is_ordered_by_priority_and_filtered_by_year(times: int) -> None:
    for code in "ABCD":
        make_class(code)
    _set_levels("A", 2, 1, 3)
    _set_levels("A", 1, year=YEAR + 1)
    _set_levels("B", 1)
    _set_levels("C", 2)
    document = """
    query ($year: Int) {
      scheduleMatrix(academicYear: $year) { rows { curriculum { ...Levels } } }
      schoolClass(code: "A") { curriculum(academicYear: $year) { ...Levels } }
    }
    fragment Levels on ClassCurriculum { label primary { name } secondary { name } levels { name } }
    """

    def curriculum(*numbers: int) -> dict[str, Any]:
        levels = {number: {"name": f"CORE PHONICS L{number}"} for number in numbers}
        return {
            "label": "CORE PHONICS L1" if 1 in levels else "Not assigned",
            "primary": levels.get(1),
            "secondary": levels.get(2),
            "levels": list(levels.values()),
        }

    viewer = head_teacher()
    for _ in range(times):
        # The second read uses the cache.
        answered = data(document, viewer, {"year": YEAR})
    rows = [row["curriculum"] for row in answered["scheduleMatrix"]["rows"]]
    assert rows == [curriculum(1, 2, 3), curriculum(1), curriculum(2), curriculum()]
    assert answered["schoolClass"]["curriculum"] == curriculum(1, 2, 3)
    next_year = data(document, viewer, {"year": YEAR + 1})
    assert next_year["schoolClass"]["curriculum"] == curriculum(1)


def test_programs_and_their_parts_are_in_school_order() -> None:
    for position, name in (2, "LATER"), (1, "FIRST"), (1, "SECOND"):
        program = Program.objects.create(name=name, grade_from=1, grade_to=4, position=position)
        for place, part in (2, "b"), (1, "a"):
            subprogram = SubProgram.objects.create(program=program, name=part, position=place)
            for number in 10, 9:
                CurriculumLevel.objects.create(subprogram=subprogram, level_number=number)
    document = (
        "{ programs { name gradeFrom gradeTo subprograms { name levels { levelNumber name } } } }"
    )
    parts = [
        {
            "name": part,
            "levels": [{"levelNumber": n, "name": f"PROGRAM {part} L{n}"} for n in (9, 10)],
        }
        for part in "ab"
    ]
    programs = data(document, head_teacher())["programs"]
    assert [program["name"] for program in programs] == ["FIRST", "SECOND", "LATER"]
    for program in programs:
        assert str(program["subprograms"]).replace(program["name"], "PROGRAM") == str(parts)


def test_teachers_with_current_access_are_listed_by_name() -> None:
    school_class, other = make_class("A"), make_class("B")
    now = timezone.now()
    hour = datetime.timedelta(hours=1)
    for name in "zoe", "Änne", "adam":
        assign(make_teacher(name), school_class, expires_at=now + hour)
    assign(make_teacher("expired"), school_class, expires_at=now - hour)
    assign(make_teacher("revoked"), school_class, is_active=False)
    assign(make_teacher("elsewhere"), other)
    document = '{ schoolClass(code: "A") { teachers { teacher { name } isActive accessLevel } } }'
    teachers = data(document, head_teacher())["schoolClass"]["teachers"]
    assert [each["teacher"]["name"] for each in teachers] == ["Adam", "Zoe", "Änne"]
    assert {(each["isActive"], each["accessLevel"]) for each in teachers} == {(True, "FULL")}


def test_access_request_has_request_and_decision() -> None:
    teacher, head = make_teacher("mina"), make_teacher("head", head=True)
    school_class = make_class("A", name="Primary Grade 1A", grade=1, section="A")
    at = datetime.datetime(2026, 3, 14, 9, 0, tzinfo=SEOUL)
    ClassAccessRequest.objects.create(
        teacher=teacher,
        school_class=school_class,
        requested_access_level="CO_TEACHER",
        reason="I stand in.",
        status="DENIED",
        requested_at=at,
        reviewed_at=at + datetime.timedelta(days=1),
        reviewed_by=head,
        review_note="Not this term.",
    )
    document = """
    {
      classAccessRequests(status: DENIED) {
        edges {
          node {
            teacher { name } requestedAccessLevel reason status requestedAt
            reviewedAt reviewedBy { name isHeadTeacher } reviewNote
            classListing { code name division grade section } schoolClass { code }
          }
        }
      }
      pending: classAccessRequests(status: PENDING) { totalCount }
    }
    """
    answered = data(document, as_viewer(teacher))
    assert answered["pending"] == {"totalCount": 0}
    (edge,) = answered["classAccessRequests"]["edges"]
    assert edge["node"] == {
        "teacher": {"name": "Mina"},
        "requestedAccessLevel": "CO_TEACHER",
        "reason": "I stand in.",
        "status": "DENIED",
        "requestedAt": "2026-03-14T00:00:00+00:00",
        "reviewedAt": "2026-03-15T00:00:00+00:00",
        "reviewedBy": {"name": "Head", "isHeadTeacher": True},
        "reviewNote": "Not this term.",
        "classListing": {
            "code": "A",
            "name": "Primary Grade 1A",
            "division": "PRIMARY",
            "grade": 1,
            "section": "A",
        },
        "schoolClass": None,
    }
