"""Pages of the history."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client import answer, error_codes
from tests.factories import head_teacher, make_class, make_exam
from tests.schema.mutations.documents import at, id_of, result_of
from tests.schema.mutations.history_queries import CELL, HISTORY, page

pytestmark = pytest.mark.django_db


def test_pages_go_from_newest_to_oldest() -> None:
    make_class("A")
    viewer = head_teacher()
    for number in range(5):
        result_of("updateCell", viewer, cell=at("A"), notes=str(number))
    seen: list[str] = []
    after = None
    for size in (2, 2, 1):
        found = page(viewer, first=2, after=after)
        seen += [edge["node"]["changes"][0]["textAfter"] for edge in found["edges"]]
        assert len(found["edges"]) == size
        assert found["totalCount"] == 5
        info = found["pageInfo"]
        assert info["hasNextPage"] == (size == 2)
        assert info["endCursor"] == found["edges"][-1]["cursor"]
        after = info["endCursor"]
        # New entries do not move the entries that were already read.
        result_of("updateExam", viewer, id=id_of(make_exam()), name="Meanwhile")
    assert seen == ["4", "3", "2", "1", "0"]
    assert page(viewer, first=2, after=after)["edges"] == []
    assert page(viewer, first=0)["edges"] == []


def test_next_page_continues_despite_newer_changes() -> None:
    make_class("A")
    viewer = head_teacher()
    for number in range(3):
        result_of("updateCell", viewer, cell=at("A"), notes=str(number))
    after = page(viewer, first=1)["pageInfo"]["endCursor"]
    result_of("updateCell", viewer, cell=at("A"), notes="newer")
    found = page(viewer, first=1, after=after)
    assert found["edges"][0]["node"]["changes"][0]["textAfter"] == "1"
    assert found["totalCount"] == 4


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"first": -1}, "BAD_USER_INPUT"),
        ({"first": 101}, "LIMIT_EXCEEDED"),
        ({"after": "nonsense"}, "BAD_USER_INPUT"),
    ],
)
def test_invalid_pages_are_rejected(arguments: dict[str, Any], code: str) -> None:
    make_class("A")
    response = answer(HISTORY, head_teacher(), {"id": CELL, **arguments})
    assert error_codes(response) == {"node.history": code}
