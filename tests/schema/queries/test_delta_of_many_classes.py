"""Deltas of a school in which many classes change at the same time."""

from __future__ import annotations

import random

import pytest

from primepath.domain.map_sketch import MOST_DIFFERENCES
from primepath.domain.school_class import AccessLevel
from primepath.models import SchoolClass, Teacher, TeacherClassAssignment
from tests.client import answer, error_codes
from tests.factories import as_viewer, head_teacher, make_classes, make_teacher
from tests.schema.mobile_client import MATRIX, MobileClient, periods_by_class

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

COUNT = 40


@pytest.fixture
def classes() -> list[SchoolClass]:
    return make_classes(COUNT)


@pytest.fixture
def teacher(classes: list[SchoolClass]) -> Teacher:
    """A teacher of half of the classes."""
    teacher = make_teacher()
    TeacherClassAssignment.objects.bulk_create(
        TeacherClassAssignment(teacher=teacher, school_class=each, access_level=AccessLevel.VIEW)
        for each in classes[: COUNT // 2]
    )
    return teacher


def is_expired(client: MobileClient) -> bool:
    variables = {"year": client.year, "codes": client.codes, "after": client.token}
    response = answer(MATRIX, client.viewer, variables)
    return error_codes(response) == {"scheduleMatrix": "SYNC_TOKEN_EXPIRED"}


@pytest.mark.parametrize("changed", [MOST_DIFFERENCES, MOST_DIFFERENCES + 1, COUNT])
def test_changed_rows_are_returned_without_cells(classes: list[SchoolClass], changed: int) -> None:
    """If too many have changed, the others are returned too."""
    client = MobileClient(head_teacher())
    codes = [each.code for each in classes]
    SchoolClass.objects.filter(pk__in=codes[:changed]).update(name="Other")
    matrix = client.sync()
    returned = codes[:changed] if changed <= MOST_DIFFERENCES else codes
    assert periods_by_class(matrix) == {code: [] for code in returned}
    assert matrix["gainedClassCodes"] == matrix["lostClassCodes"] == []
    assert client.rows == client.fetch_all()
    assert periods_by_class(client.sync()) == {}


def test_few_lost_classes_are_named_and_too_many_expire_the_token(teacher: Teacher) -> None:
    client = MobileClient(as_viewer(teacher))
    codes = sorted(client.rows)
    assignments = TeacherClassAssignment.objects.filter(teacher=teacher)
    assignments.filter(school_class__in=codes[:MOST_DIFFERENCES]).update(is_active=False)
    assert client.sync()["lostClassCodes"] == codes[:MOST_DIFFERENCES]
    assert client.rows == client.fetch_all()
    rest = codes[MOST_DIFFERENCES : 2 * MOST_DIFFERENCES + 1]
    assignments.filter(school_class__in=rest).update(is_active=False)
    assert is_expired(client)
    client.token, client.rows = None, {}
    client.sync()
    assert periods_by_class(client.sync()) == {}


def test_many_changed_rows_do_not_hide_a_lost_class(teacher: Teacher) -> None:
    client = MobileClient(as_viewer(teacher))
    SchoolClass.objects.update(name="Other")
    TeacherClassAssignment.objects.filter(teacher=teacher).first().delete()  # type: ignore[union-attr]
    assert is_expired(client)


def test_some_classes_can_be_requested_with_a_token_of_all(classes: list[SchoolClass]) -> None:
    client = MobileClient(head_teacher())
    codes = [each.code for each in classes]
    SchoolClass.objects.filter(pk__in=[codes[1], codes[5]]).update(name="Other")
    SchoolClass.objects.filter(pk=codes[2]).update(is_active=False)
    client.codes = codes[:3]
    matrix = client.sync()
    assert periods_by_class(matrix) == {codes[1]: []}
    assert matrix["lostClassCodes"] == [codes[2]]


def test_all_classes_cannot_be_requested_with_a_token_of_few(classes: list[SchoolClass]) -> None:
    client = MobileClient(head_teacher(), [classes[0].code])
    client.codes = None
    assert is_expired(client)


@pytest.mark.parametrize("seed", range(5))
def test_random_changes_of_classes_and_access(teacher: Teacher, seed: int) -> None:
    """Two people sync. What their copies contain equals a full read, however many classes change in between."""
    chance = random.Random(seed)
    clients = [MobileClient(as_viewer(teacher)), MobileClient(head_teacher())]
    codes = sorted(SchoolClass.objects.values_list("pk", flat=True))
    expired = 0
    for _ in range(12):
        some = chance.sample(codes, chance.choice([0, 1, 3, 8, 20]))
        rows = SchoolClass.objects.filter(pk__in=some)
        mine = TeacherClassAssignment.objects.filter(teacher=teacher, school_class__in=some)
        match chance.randrange(5):
            case 0:
                rows.update(name=chance.choice(["x", "y"]))
            case 1:
                rows.update(is_active=chance.random() < 0.7)
            case 2:
                mine.update(access_level=chance.choice(list(AccessLevel)))
            case 3:
                mine.update(is_active=chance.random() < 0.5)
            case _:
                Teacher.objects.filter(pk=teacher.pk).update(is_head_teacher=chance.random() < 0.3)
                clients[0].viewer = as_viewer(Teacher.objects.get(pk=teacher.pk))
        client = chance.choice(clients)
        if is_expired(client):
            expired += 1
            client.token, client.rows = None, {}
        client.sync()
        assert client.rows == client.fetch_all()
        assert periods_by_class(client.sync()) == {}
    assert expired < 12
