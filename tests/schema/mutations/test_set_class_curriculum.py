"""Setting the curriculum of a class. The next request reads the new levels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client import data
from tests.factories import head_teacher, make_class, make_level
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import id_of, result_of

pytestmark = pytest.mark.django_db

CURRICULUM = """
  { schoolClass(code: "A") { curriculum(academicYear: 2026) {
    label levels { id } primary { id } secondary { id }
  } } }
"""


def curriculum_of(levels: list[str]) -> dict[str, Any]:
    """Return the curriculum as the API shows it, with ids of levels."""
    nodes = [{"id": level} for level in levels]
    primary, secondary = [*nodes, None, None][:2]
    return {"levels": nodes, "primary": primary, "secondary": secondary}


def test_levels_are_ranked_by_position() -> None:
    make_class("A")
    viewer = head_teacher()
    levels = [id_of(make_level(number=number)) for number in (1, 2, 3)]
    names = [f"CORE PHONICS L{number}" for number in (1, 2, 3)]
    # Each is read twice, so that the second read uses the cache.
    for wanted in ([0, 1], [1, 0], [2], [], [2, 0, 1]):
        ids = [levels[each] for each in wanted]
        payload = result_of(
            "setClassCurriculum", viewer, classCode="A", academicYear=2026, levelIds=ids
        )
        label = names[wanted[0]] if wanted else "Not assigned"
        expected = {"label": label, **curriculum_of(ids)}
        assert payload == expected
        for _ in range(2):
            assert data(CURRICULUM, viewer)["schoolClass"]["curriculum"] == expected


def test_other_years_and_classes_do_not_change() -> None:
    make_class("A"), make_class("B")
    viewer, level = head_teacher(), id_of(make_level())
    for code, year in (("A", 2027), ("B", 2026), ("A", 2026)):
        values = {"classCode": code, "academicYear": year, "levelIds": [level]}
        result_of("setClassCurriculum", viewer, **values)
    result_of("setClassCurriculum", viewer, classCode="A", academicYear=2026, levelIds=[])
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
def test_repeating_a_mutation_changes_nothing(count: int) -> None:
    make_class("A")
    viewer = head_teacher()
    levels = [id_of(make_level(number=number)) for number in range(1, count + 1)]
    values = {"classCode": "A", "academicYear": 2026, "levelIds": levels}
    first = result_of("setClassCurriculum", viewer, **values)
    before = stored_rows()
    assert result_of("setClassCurriculum", viewer, **values) == first
    assert stored_rows() == before


def test_two_changes_in_one_request_return_their_own_levels() -> None:
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
