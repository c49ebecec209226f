"""A cursor is valid only for its own list. Any other text is BAD_USER_INPUT, never an internal error."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primepath.domain.viewer import Viewer
from tests.client import answer, error_codes
from tests.factories import head_teacher
from tests.profiles import examples
from tests.schema.connections.test_pagination import LISTINGS, Listing, cursors_of, page_of

pytestmark = pytest.mark.django_db


def encode_cursor(content: object) -> str:
    """Encode the content of a cursor."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def decode_cursor(cursor: str) -> list[Any]:
    """Return the content of a cursor: the name of its list, and the values that the row is sorted by."""
    return list(json.loads(base64.urlsafe_b64decode(cursor)))


def fetch(listing: Listing, viewer: Viewer, argument: str, cursor: str) -> dict[str, Any]:
    document = f"""
    query ($cursor: String) {{
      page: {listing.field}({listing.arguments} {argument}: $cursor) {{ edges {{ cursor }} totalCount }}
    }}
    """
    return answer(document, viewer, {"cursor": cursor})


@pytest.fixture(params=LISTINGS)
def listing(request: pytest.FixtureRequest) -> Listing:
    return LISTINGS[request.param]


# No list sorts rows by one of these values.
WRONG: list[Any] = [None, True, 1.5, [], {}, "a\0", ["a"], -1, 2**63, 10**400]


def _garbage(good: str) -> list[str]:
    name, *values = decode_cursor(good)
    return [
        "",
        " ",
        "0",
        "null",
        "nonsense",
        "커서",
        "\0",
        "=",
        "====",
        "W10",
        f" {good}",
        f"{good}\n",
        good[:-4],
        good[4:],
        good.rstrip("=") + "!",
        good * 2,
        good * 1_000,
        json.dumps([name, *values]),
        base64.b64encode(b"\xff\xfe\x00").decode(),
        *map(
            encode_cursor,
            (
                None,
                0,
                "",
                name,
                [],
                {},
                {name: values},
                [name],
                [name, *values[:-1]],
                [name, *values, 1],
                values,
                ["", *values],
                [None, *values],
                [[name], *values],
                [name.upper(), *values],
            ),
        ),
        *(
            encode_cursor([name, *values[:index], wrong, *values[index + 1 :]])
            for index in range(len(values))
            for wrong in WRONG
        ),
        base64.urlsafe_b64encode(f'["{name}",NaN,Infinity]'.encode()).decode(),
        base64.urlsafe_b64encode(b"[" * 2_900).decode(),
        base64.urlsafe_b64encode(b"9" * 2_900).decode(),
    ]


@pytest.mark.parametrize("argument", ["after", "before"])
def test_garbage_is_bad_input(listing: Listing, argument: str) -> None:
    listing.make(1)
    viewer = head_teacher()
    (good,) = cursors_of(page_of(listing, viewer))
    for cursor in _garbage(good):
        response = fetch(listing, viewer, argument, cursor)
        assert response["data"] == {"page": None}, cursor[:80]
        assert error_codes(response) == {"page": "BAD_USER_INPUT"}
        (error,) = response["errors"]
        assert error["message"].startswith(f"`{argument}` is not a valid cursor of this list.")


def test_cursor_of_another_list_or_order_is_bad_input() -> None:
    viewer = head_teacher()
    cursors = {}
    for name, listing in LISTINGS.items():
        listing.make(1)
        cursors[name] = cursors_of(page_of(listing, viewer))[0]
    # Visible classes and all classes have the same order, so a cursor of one list is valid in the other.
    del cursors["classDirectory"]
    for name, listing in LISTINGS.items():
        for other, cursor in cursors.items():
            if other != name and listing.field != "classDirectory":
                response = fetch(listing, viewer, "after", cursor)
                assert error_codes(response) == {"page": "BAD_USER_INPUT"}, (name, other)


_TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)
_TIMES = st.sampled_from(
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999999-23:59",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-03-14T00:00:00",
        "2026-03-14",
        "2026-W11",
        "20260314T000000Z",
        "24:00",
    ]
)
_VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=0, max_value=2**63 - 1)
    | st.floats()
    | _TEXTS
    | _TIMES
    | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
)


@pytest.mark.parametrize("name", LISTINGS)
@settings(max_examples=examples(60))
@given(data=st.data())
def test_forged_cursor_returns_a_page_or_is_bad_input(name: str, data: st.DataObject) -> None:
    listing = LISTINGS[name]
    listing.make(1)
    viewer = head_teacher()
    order, *values = decode_cursor(cursors_of(page_of(listing, viewer))[0])
    forged = [data.draw(st.just(value) | _VALUES) for value in values]
    argument = data.draw(st.sampled_from(["after", "before"]))
    response = fetch(listing, viewer, argument, encode_cursor([order, *forged]))
    assert set(error_codes(response).values()) <= {"BAD_USER_INPUT"}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("name", ["newest exams", "classAccessRequests"])
def test_cursor_at_the_ends_of_the_calendar_is_no_internal_error(name: str, moment: str) -> None:
    listing = LISTINGS[name]
    listing.make(1)
    viewer = head_teacher()
    order, _, key = decode_cursor(cursors_of(page_of(listing, viewer))[0])
    response = fetch(listing, viewer, "after", encode_cursor([order, moment, key]))
    assert error_codes(response) == {"page": "BAD_USER_INPUT"}
