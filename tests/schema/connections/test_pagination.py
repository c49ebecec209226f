"""Pages of lists: every row appears once, whatever changes between two pages."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from primepath.domain.viewer import Viewer
from primepath.models import ClassAccessRequest, Exam, SchoolClass, Teacher
from tests.client import answer, data, error_codes
from tests.factories import head_teacher, make_class, make_exam, make_teacher
from tests.query_counts import statements

pytestmark = pytest.mark.django_db

DAY = datetime.datetime(2026, 3, 14, tzinfo=datetime.UTC)
# Rows with equal numbers have equal names and times. Only their keys differ.
NUMBERS = [3, 1, 2, 1, 3, 1, 2]


def _class(number: float) -> SchoolClass:
    """Store a class with a numbered section. A fraction puts it between two others."""
    return make_class(grade=1, section=f"{number:05.1f}")


def _exam(number: float) -> Exam:
    return make_exam(f"Exam {number:05.1f}", created_at=DAY + datetime.timedelta(days=100 - number))


def _teacher(number: float) -> Teacher:
    teacher = make_teacher()
    teacher.name = f"Teacher {number:05.1f}"
    teacher.save()
    return teacher


def _request(number: float) -> ClassAccessRequest:
    return ClassAccessRequest.objects.create(
        teacher=make_teacher(),
        school_class=make_class(is_active=False),
        requested_access_level="VIEW",
        requested_at=DAY + datetime.timedelta(days=100 - number),
    )


@dataclass(frozen=True)
class Listing:
    """A list of the API, and the function that stores its rows. Higher numbers come later in the list."""

    field: str
    make: Callable[[float], Model]
    arguments: str = ""
    node: str = "id"


LISTINGS = {
    "schoolClasses": Listing("schoolClasses", _class),
    "classDirectory": Listing("classDirectory", _class, node="code"),
    "exams by name": Listing("exams", _exam, 'filter: {nameContains: "exam"}, orderBy: NAME'),
    "newest exams": Listing("exams", _exam, "orderBy: CREATED_AT_DESC"),
    "teachers": Listing("teachers", _teacher, 'nameContains: "teacher 0"'),
    "classAccessRequests": Listing("classAccessRequests", _request, "status: PENDING"),
}
PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
_NOWHERE = {"startCursor": None, "endCursor": None}


def page_of(
    listing: Listing, viewer: Viewer, select: str = PAGE_INFO, **arguments: int | str | None
) -> Any:
    document = f"""
    query ($first: Int, $after: String, $last: Int, $before: String) {{
      page: {listing.field}(
        {listing.arguments} first: $first, after: $after, last: $last, before: $before
      ) {{ edges {{ cursor node {{ key: {listing.node} }} }} {select} }}
    }}
    """
    return data(document, viewer, arguments)["page"]


def keys_of(page: Any) -> list[str]:
    """Return the primary keys of the rows, from their ids."""
    return [edge["node"]["key"].rpartition(":")[2] for edge in page["edges"]]


def cursors_of(page: Any) -> list[str]:
    return [edge["cursor"] for edge in page["edges"]]


def pages(listing: Listing, viewer: Viewer, size: int) -> Iterator[Any]:
    """Return all pages of a list, from its start."""
    page = page_of(listing, viewer, first=size)
    yield page
    while page["pageInfo"]["hasNextPage"]:
        page = page_of(listing, viewer, first=size, after=page["pageInfo"]["endCursor"])
        yield page


def pages_from_the_end(listing: Listing, viewer: Viewer, size: int) -> Iterator[Any]:
    page = page_of(listing, viewer, last=size)
    yield page
    while page["pageInfo"]["hasPreviousPage"]:
        page = page_of(listing, viewer, last=size, before=page["pageInfo"]["startCursor"])
        yield page


@pytest.fixture(params=LISTINGS)
def listing(request: pytest.FixtureRequest) -> Listing:
    return LISTINGS[request.param]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_paging_from_either_end_visits_every_row_once(listing: Listing, size: int) -> None:
    rows = [listing.make(number) for number in NUMBERS]
    viewer = head_teacher()
    whole = page_of(listing, viewer, first=100)
    keys, cursors = keys_of(whole), cursors_of(whole)
    assert sorted(keys) == sorted(str(row.pk) for row in rows)
    assert len(set(cursors)) == len(rows)
    forward = list(pages(listing, viewer, size))
    backward = list(pages_from_the_end(listing, viewer, size))[::-1]
    for walk in forward, backward:
        assert [key for page in walk for key in keys_of(page)] == keys
        assert [cursor for page in walk for cursor in cursors_of(page)] == cursors
        assert [page["pageInfo"] for page in walk] == [
            {
                "hasNextPage": page is not walk[-1],
                "hasPreviousPage": page is not walk[0],
                "startCursor": cursors_of(page)[0],
                "endCursor": cursors_of(page)[-1],
            }
            for page in walk
        ]


def test_rows_are_in_the_order_of_the_list(listing: Listing) -> None:
    keys = {number: str(listing.make(number).pk) for number in (3, 1, 4, 2)}
    page = page_of(listing, head_teacher())
    assert keys_of(page) == [keys[number] for number in (1, 2, 3, 4)]


def test_page_between_two_cursors(listing: Listing) -> None:
    keys = [str(listing.make(number).pk) for number in range(1, 7)]
    viewer = head_teacher()
    cursors = cursors_of(page_of(listing, viewer))
    between = {"after": cursors[0], "before": cursors[4]}
    assert keys_of(page_of(listing, viewer, **between)) == keys[1:4]
    assert keys_of(page_of(listing, viewer, **between, first=2)) == keys[1:3]
    assert keys_of(page_of(listing, viewer, **between, last=2)) == keys[2:4]
    assert keys_of(page_of(listing, viewer, after=cursors[4], before=cursors[0])) == []


def test_created_and_deleted_rows_do_not_move_other_rows(listing: Listing) -> None:
    rows = [listing.make(number) for number in (1, 2, 3, 4)]
    viewer = head_teacher()
    first = page_of(listing, viewer, first=2)
    assert keys_of(first) == [str(rows[0].pk), str(rows[1].pk)]
    _, before, after = (listing.make(number) for number in (0.5, 1.5, 2.5))
    rows[1].delete()
    cursor = first["pageInfo"]["endCursor"]
    second = page_of(listing, viewer, first=3, after=cursor)
    assert keys_of(second) == [str(row.pk) for row in (after, rows[2], rows[3])]
    assert second["pageInfo"]["hasNextPage"] is False
    assert keys_of(page_of(listing, viewer, last=1, before=cursor)) == [str(before.pk)]
    rows[3].delete()
    beyond = page_of(listing, viewer, first=3, after=second["pageInfo"]["endCursor"])
    assert beyond["edges"] == []
    assert beyond["pageInfo"] == {**_NOWHERE, "hasNextPage": False, "hasPreviousPage": True}


@pytest.mark.parametrize(
    "arguments",
    [{}, {"first": 100}, {"first": None, "last": None, "after": None, "before": None}],
)
def test_page_has_100_rows_by_default(listing: Listing, arguments: dict[str, Any]) -> None:
    for _ in range(101):
        listing.make(1)
    page = page_of(listing, head_teacher(), **arguments)
    assert (len(page["edges"]), page["pageInfo"]["hasNextPage"]) == (100, True)


def test_empty_page_shows_whether_the_list_has_rows(listing: Listing) -> None:
    viewer = head_teacher()
    for count in 0, 1:
        page = page_of(listing, viewer, f"{PAGE_INFO} totalCount", first=0)
        assert (page["edges"], page["totalCount"]) == ([], count)
        more = {"hasNextPage": bool(count), "hasPreviousPage": False}
        assert page["pageInfo"] == {**_NOWHERE, **more}
        listing.make(1)


@pytest.mark.parametrize("size", [-(2**31), -1])
@pytest.mark.parametrize("end", ["first", "last"])
def test_negative_size_is_bad_input(listing: Listing, end: str, size: int) -> None:
    response = answer(f"{{ {listing.field}({end}: {size}) {{ totalCount }} }}", head_teacher())
    assert response["data"] == {listing.field: None}
    assert error_codes(response) == {listing.field: "BAD_USER_INPUT"}


@pytest.mark.parametrize("size", [101, 2_000_000_000])
@pytest.mark.parametrize("end", ["first", "last"])
def test_size_above_100_exceeds_the_limit(listing: Listing, end: str, size: int) -> None:
    response = answer(f"{{ {listing.field}({end}: {size}) {{ totalCount }} }}", head_teacher())
    assert response["data"] == {listing.field: None}
    assert error_codes(response) == {listing.field: "LIMIT_EXCEEDED"}
    assert response["errors"][0]["message"] == f"`{end}` is {size}, which exceeds the limit of 100."


@pytest.mark.parametrize("sizes", ["first: 1, last: 1", "first: 0, last: 0"])
def test_first_with_last_is_bad_input(listing: Listing, sizes: str) -> None:
    response = answer(f"{{ {listing.field}({sizes}) {{ totalCount }} }}", head_teacher())
    assert response["data"] == {listing.field: None}
    assert error_codes(response) == {listing.field: "BAD_USER_INPUT"}


def test_total_counts_the_whole_list_only_if_selected(listing: Listing) -> None:
    for number in NUMBERS:
        listing.make(number)
    viewer = head_teacher()
    cursor = page_of(listing, viewer, first=2)["pageInfo"]["endCursor"]
    with CaptureQueriesContext(connection) as captured:
        page_of(listing, viewer, first=2, after=cursor)
    assert len(statements(captured)) == 1
    assert "COUNT(" not in statements(captured)[0]
    with CaptureQueriesContext(connection) as captured:
        page = page_of(listing, viewer, "totalCount", first=2, after=cursor)
    assert (len(page["edges"]), page["totalCount"]) == (2, len(NUMBERS))
    # Classes are few. All are read in order to sort them.
    in_memory = listing.field in {"schoolClasses", "classDirectory"}
    assert len(statements(captured)) == (1 if in_memory else 2)


def test_total_counts_the_filtered_rows() -> None:
    for division in "PRIMARY", "HIGH", "HIGH":
        make_class(division=division)
    for name in "Red", "Reddish", "Blue":
        make_exam(name)
    document = """
    {
      schoolClasses(division: HIGH, first: 1) { totalCount }
      exams(filter: {nameContains: "red"}, first: 0) { totalCount }
      teachers(nameContains: "nobody") { totalCount }
    }
    """
    assert data(document, head_teacher()) == {
        "schoolClasses": {"totalCount": 2},
        "exams": {"totalCount": 2},
        "teachers": {"totalCount": 0},
    }
