"""Teachers, and what distinguishes teachers of the same name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import Teacher
from tests.client import data
from tests.factories import as_viewer, assign, make_class, make_teacher
from tests.query_counts import statements

pytestmark = pytest.mark.django_db

NAMESAKES = '{ teachers(nameContains: "kim") { edges { node { name username classCodes } } } }'


def teachers(viewer: Viewer, document: str = NAMESAKES) -> list[dict[str, Any]]:
    return [edge["node"] for edge in data(document, viewer)["teachers"]["edges"]]


@pytest.fixture
def kims() -> list[Teacher]:
    """Two teachers of one name: the first in A and B, the second in B; in C and D with access that has ended."""
    first, second = make_teacher("kim1"), make_teacher("kim2")
    Teacher.objects.update(name="Kim Mina", name_key="kim mina")
    a, b, c, d, closed = (
        make_class(code, is_active=code != "CLOSED") for code in ("A", "B", "C", "D", "CLOSED")
    )
    for school_class in b, a, closed:
        assign(first, school_class)
    assign(second, b, AccessLevel.VIEW)
    assign(second, c, expires_at=timezone.now() - timedelta(seconds=1))
    assign(second, d, is_active=False)
    return [first, second]


def test_administrators_can_distinguish_namesakes(kims: list[Teacher]) -> None:
    office = User.objects.create(username="office", is_staff=True)
    for person in office, make_teacher("head", head=True):
        assert teachers(as_viewer(person)) == [
            {"name": "Kim Mina", "username": "kim1", "classCodes": ["A", "B"]},
            {"name": "Kim Mina", "username": "kim2", "classCodes": ["B"]},
        ]


def test_teachers_see_their_own_username_and_codes_of_their_own_classes(
    kims: list[Teacher],
) -> None:
    first, second = map(as_viewer, kims)
    assert [(each["username"], each["classCodes"]) for each in teachers(first)] == [
        ("kim1", ["A", "B"]),
        (None, ["B"]),
    ]
    assert [(each["username"], each["classCodes"]) for each in teachers(second)] == [
        (None, ["B"]),
        ("kim2", ["B"]),
    ]
    other = as_viewer(make_teacher("other"))
    assert [(each["username"], each["classCodes"]) for each in teachers(other)] == [(None, [])] * 2


def test_every_way_to_a_teacher_hides_the_same(kims: list[Teacher]) -> None:
    second = as_viewer(kims[1])
    first = f"Teacher:{kims[0].pk}"
    found = data(
        f"""{{
          node(id: "{first}") {{ ... on Teacher {{ username classCodes }} }}
          schoolClass(code: "B") {{ teachers {{ teacher {{ username classCodes }} }} }}
          viewer {{ teacher {{ username classCodes }} }}
        }}""",
        second,
    )
    hidden, own = {"username": None, "classCodes": ["B"]}, {"username": "kim2", "classCodes": ["B"]}
    assert found["node"] == hidden
    assert [each["teacher"] for each in found["schoolClass"]["teachers"]] == [hidden, own]
    assert found["viewer"]["teacher"] == own


@pytest.mark.parametrize("role", ["head", "teacher"])
def test_usernames_and_classes_take_one_statement_each(kims: list[Teacher], role: str) -> None:
    viewer = as_viewer(make_teacher("head", head=True) if role == "head" else kims[0])
    counts = []
    for round in range(2):
        with CaptureQueriesContext(connection) as captured:
            teachers(viewer)
        counts.append(len(statements(captured)))
        for number in range(10):
            assign(make_teacher(f"kim_{round}_{number}"), make_class())
    # The teachers, their classes, and for administrators the usernames.
    assert counts == [3, 3] if role == "head" else [2, 2]
    with CaptureQueriesContext(connection) as captured:
        teachers(viewer, "{ teachers { edges { node { name } } } }")
    assert len(statements(captured)) == 1
