"""The school and its rules, which everyone can read."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from primepath.domain.viewer import Viewer
from primepath.models import SchoolRules
from tests.client import answer
from tests.factories import head_teacher
from tests.query_counts import statements

pytestmark = pytest.mark.django_db

PUBLIC = """
{ school {
    name timeZone currentAcademicYear firstAcademicYear lastAcademicYear country languages lessonDays
    minimumDaysBetweenExams
} }
"""


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_rules_of_the_school_need_no_sign_in(is_signed_in: bool) -> None:
    SchoolRules.objects.create(lesson_days="TUE SAT", minimum_days_between_exams=3)
    viewer: Viewer | None = head_teacher() if is_signed_in else None
    with CaptureQueriesContext(connection) as captured:
        response = answer(PUBLIC, viewer)
    assert response.get("errors") is None
    school = response["data"]["school"]
    assert (school["lessonDays"], school["minimumDaysBetweenExams"]) == (["TUE", "SAT"], 3)
    assert len(statements(captured)) == 1


def test_rooms_need_sign_in_and_leave_the_rest_of_the_school() -> None:
    response = answer("{ school { name rooms lessonDays } }", None)
    assert response["data"]["school"]["rooms"] is None
    assert response["data"]["school"]["lessonDays"]
    assert [each["path"] for each in response["errors"]] == [["school", "rooms"]]
