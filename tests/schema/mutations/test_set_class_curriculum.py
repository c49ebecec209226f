"""What a class learns, and that the next request reads it so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client import data
from tests.factories import head_teacher, make_class, make_level
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import done, id_of

pytestmark = pytest.mark.django_db

LEARNS = """
  { schoolClass(code: "A") { curriculum(academicYear: 2026) {
    label levels { id } primary { id } secondary { id }
  } } }
"""


def learns(levels: list[str]) -> dict[str, Any]:
    """What is told of the ids of levels."""
    nodes = [{"id": level} for level in levels]
    primary, secondary = [*nodes, None, None][:2]
    return {"levels": nodes, "primary": primary, "secondary": secondary}


def test_levels_are_ranked_by_their_place_and_read_so_by_the_next_request() -> None:
    make_class("A")
    viewer = head_teacher()
    levels = [id_of(make_level(number=number)) for number in (1, 2, 3)]
    names = [f"CORE PHONICS L{number}" for number in (1, 2, 3)]
    # Each is read twice, so that the second is answered from the cache.
    for wanted in ([0, 1], [1, 0], [2], [], [2, 0, 1]):
        ids = [levels[each] for each in wanted]
        payload = done("setClassCurriculum", viewer, classCode="A", academicYear=2026, levelIds=ids)
        label = names[wanted[0]] if wanted else "Not assigned"
        expected = {"label": label, **learns(ids)}
        assert payload == expected
        for _ in range(2):
            assert data(LEARNS, viewer)["schoolClass"]["curriculum"] == expected


def test_other_years_and_classes_stay() -> None:
    make_class("A"), make_class("B")
    viewer, level = head_teacher(), id_of(make_level())
    for code, year in (("A", 2027), ("B", 2026), ("A", 2026)):
        values = {"classCode": code, "academicYear": year, "levelIds": [level]}
        done("setClassCurriculum", viewer, **values)
    done("setClassCurriculum", viewer, classCode="A", academicYear=2026, levelIds=[])
    found = data(
        """{
          a: schoolClass(code: "A") { now: curriculum(academicYear: 2026) { levels { id } }
                                      then: curriculum(academicYear: 2027) { levels { id } } }
          b: schoolClass(code: "B") { now: curriculum(academicYear: 2026) { levels { id } } }
        }""",
        viewer,
    )
    kept = {"levels": [{"id": level}]}
    assert found == {"a": {"now": {"levels": []}, "then": kept}, "b": {"now": kept}}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_repeating_changes_nothing(count: int) -> None:
    make_class("A")
    viewer = head_teacher()
    levels = [id_of(make_level(number=number)) for number in range(1, count + 1)]
    values = {"classCode": "A", "academicYear": 2026, "levelIds": levels}
    first = done("setClassCurriculum", viewer, **values)
    before = stored_rows()
    assert done("setClassCurriculum", viewer, **values) == first
    assert stored_rows() == before


def test_two_settings_in_one_request_are_each_read_as_they_were_set() -> None:
    make_class("A")
    first, second = (id_of(make_level(number=number)) for number in (1, 2))
    one, two = (
        f'setClassCurriculum(input: {{classCode: "A", academicYear: 2026, levelIds: ["{level}"]}})'
        " { curriculum { levels { id } } }"
        for level in (first, second)
    )
    found = data(f"mutation {{ one: {one} two: {two} }}", head_teacher())
    assert [each["curriculum"]["levels"] for each in found.values()] == [
        [{"id": first}],
        [{"id": second}],
    ]
