"""Ids of objects that are not nodes: equal for the same object, different for all others."""

from __future__ import annotations

from typing import Any

import pytest

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.models import SchoolClass
from primepath.services.cells.update_cell import update_cell
from schema.types.node import NODE_TYPES, Identified
from tests.client import answer, data
from tests.factories import YEAR, head_teacher, make_cell, make_class, make_exam

pytestmark = pytest.mark.django_db

OF_EACH_TYPE = """
{
  school { __typename id }
  viewer { __typename id }
  scheduleMatrix(academicYear: 2026) {
    __typename id
    rows { __typename id curriculum { __typename id } cells(periods: [JAN]) { completion { __typename id } } }
  }
  classDirectory { edges { node { __typename id } } }
  scheduleWarnings(academicYear: 2026) { __typename id }
  matrixCell(at: {classCode: "A", academicYear: 2026, period: JAN}) {
    history { edges { node { __typename id } } }
  }
}
"""
MATRIX = """
query ($year: Int, $codes: [String!], $after: String) {
  scheduleMatrix(academicYear: $year, classCodes: $codes, changesAfter: $after) {
    id syncToken rows { id curriculum { id } }
  }
}
"""


@pytest.fixture
def viewer() -> Viewer:
    for code in "AB":
        make_class(code)
    note("x")
    # Its period has begun, and it has no date: a warning.
    make_cell(SchoolClass.objects.get(pk="B"), exams=[make_exam()])
    return head_teacher()


def note(notes: str) -> None:
    key = CellKey("A", YEAR, Period.JAN)
    update_cell(viewer=COMMAND_LINE, cell=key, changes={"notes": notes})


def identified(value: Any) -> list[tuple[str, str]]:
    """Return the type and the id of each object in a response."""
    if isinstance(value, list):
        return [each for item in value for each in identified(item)]
    if not isinstance(value, dict):
        return []
    own = [(value["__typename"], value["id"])] if "id" in value else []
    return own + identified(list(value.values()))


def test_id_of_each_type_begins_with_its_name_and_is_no_node(viewer: Viewer) -> None:
    found = identified(data(OF_EACH_TYPE, viewer))
    assert {name for name, _ in found} == {each.__name__ for each in Identified.__subclasses__()}
    assert not {name for name, _ in found} & NODE_TYPES.keys()
    ids = [id for _, id in found]
    assert len(set(ids)) == len(ids)
    for name, id in found:
        assert id.startswith(f"{name}:")
        assert answer("query ($id: ID!) { node(id: $id) { id } }", viewer, {"id": id}) == {
            "data": {"node": None}
        }
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert answer(document, viewer, {"ids": ids}) == {"data": {"nodes": [None] * len(ids)}}


def matrix(viewer: Viewer, **variables: Any) -> Any:
    return data(MATRIX, viewer, {"year": YEAR, **variables})["scheduleMatrix"]


def test_each_selection_of_a_matrix_is_another_object(viewer: Viewer) -> None:
    token = matrix(viewer)["syncToken"]
    note("y")
    selections: list[dict[str, Any]] = [
        *({"year": YEAR}, {"year": YEAR + 1}),
        *({"codes": codes} for codes in ([], ["A"], ["B"], ["A", "B"], ["A,B"], ["A", "C"])),
        *({"after": token}, {"after": token, "codes": ["A"]}),
        {"after": matrix(viewer)["syncToken"]},
    ]
    ids = [matrix(viewer, **each)["id"] for each in selections]
    assert len(set(ids)) == len(ids)
    assert ids == [matrix(viewer, **each)["id"] for each in selections]


def test_same_selection_is_the_same_object(viewer: Viewer) -> None:
    assert matrix(viewer)["id"] == matrix(viewer, codes=None)["id"] == f"ScheduleMatrix:{YEAR}"
    repeated = matrix(viewer, codes=["A", "B", "A"])["id"]
    assert repeated == matrix(viewer, codes=["A", "B"])["id"]


def test_whole_row_is_one_object_whatever_else_is_selected(viewer: Viewer) -> None:
    (of_all, _), (alone,) = matrix(viewer)["rows"], matrix(viewer, codes=["A"])["rows"]
    assert of_all == alone
    assert alone == {
        "id": f"MatrixRow:A/{YEAR}",
        "curriculum": {"id": f"ClassCurriculum:A/{YEAR}"},
    }


def test_row_of_a_delta_is_an_object_of_its_own(viewer: Viewer) -> None:
    whole = matrix(viewer)
    note("y")
    (changed,) = matrix(viewer, after=whole["syncToken"])["rows"]
    (same,) = matrix(viewer, after=whole["syncToken"], codes=["A"])["rows"]
    assert changed == same
    assert changed["id"] not in {row["id"] for row in whole["rows"]}
    assert changed["curriculum"] == whole["rows"][0]["curriculum"]
    next_token = matrix(viewer, after=whole["syncToken"])["syncToken"]
    note("z")
    (later,) = matrix(viewer, after=next_token)["rows"]
    assert later["id"] not in {changed["id"], *(row["id"] for row in whole["rows"])}
