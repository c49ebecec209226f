"""The schema as clients see it: committed, described, and with specified scalars."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_client_schema,
    get_introspection_query,
    is_introspection_type,
    is_specified_scalar_type,
    print_schema,
)
from graphql.language import parse_value
from hypothesis import given
from hypothesis import strategies as st

import schema as schema_package
from primepath.domain.viewer import COMMAND_LINE
from schema.build import schema
from tests.client import data

pytestmark = pytest.mark.one_database

_QUERY = get_introspection_query(
    descriptions=True,
    specified_by_url=True,
    directive_is_repeatable=True,
    input_value_deprecation=True,
)


@pytest.fixture(scope="module")
def introspected() -> GraphQLSchema:
    """Return the schema as a client introspects it."""
    return build_client_schema(data(_QUERY, COMMAND_LINE))


def test_committed_schema_is_current() -> None:
    committed = Path(schema_package.__file__ or "").with_name("schema.graphql")
    assert committed.read_text(encoding="utf-8") == schema.as_str() + "\n"


def test_schema_has_no_character_that_clients_cannot_read() -> None:
    """relay-compiler 20 stops with an internal error at characters that need four bytes, such as most emoji."""
    assert max(schema.as_str()) <= "\uffff"


def _parts(read: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Return all parts of the schema that can have a description, with their descriptions."""
    for name, type_ in read.type_map.items():
        if is_introspection_type(type_):
            continue
        yield name, type_.description
        match type_:
            case GraphQLObjectType() | GraphQLInterfaceType():
                for field_name, field in type_.fields.items():
                    yield f"{name}.{field_name}", field.description
                    for argument, taker in field.args.items():
                        yield f"{name}.{field_name}({argument}:)", taker.description
            case GraphQLInputObjectType():
                for input_name, input_field in type_.fields.items():
                    yield f"{name}.{input_name}", input_field.description
            case GraphQLEnumType():
                for value_name, value in type_.values.items():
                    yield f"{name}.{value_name}", value.description
    for directive in read.directives:
        yield f"@{directive.name}", directive.description
        for argument, taker in directive.args.items():
            yield f"@{directive.name}({argument}:)", taker.description


def test_every_part_of_the_schema_is_described(introspected: GraphQLSchema) -> None:
    parts = dict(_parts(introspected))
    assert {"Query", "Query.nodes(ids:)", "CellKey.period", "Period.Q4"} <= set(parts)
    bare = [name for name, description in parts.items() if not (description or "").strip()]
    assert bare == []


def test_descriptions_are_sentences(introspected: GraphQLSchema) -> None:
    """A description without a full stop was cut, or is only a name."""
    cut = [
        name
        for name, description in _parts(introspected)
        if not name.startswith("@") and not (description or "").rstrip("`)").endswith((".", "?"))
    ]
    assert cut == []


def test_custom_scalars_name_their_specification(introspected: GraphQLSchema) -> None:
    own = {
        name: type_.specified_by_url
        for name, type_ in introspected.type_map.items()
        if isinstance(type_, GraphQLScalarType) and not is_specified_scalar_type(type_)
    }
    assert set(own) == {"Date", "Time", "DateTime"}
    assert all((url or "").startswith("https://") for url in own.values())


def test_no_default_is_null(introspected: GraphQLSchema) -> None:
    assert "= null" not in print_schema(introspected)
    assert "= null" not in schema.as_str()


def _scalar(name: str) -> GraphQLScalarType:
    type_ = schema._schema.get_type(name)
    assert isinstance(type_, GraphQLScalarType)
    return type_


SEOUL = datetime.timezone(datetime.timedelta(hours=9))


def utc(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=datetime.UTC)  # type: ignore[misc,arg-type]


GOOD: list[tuple[str, str, Any]] = [
    ("Date", "2026-03-14", datetime.date(2026, 3, 14)),
    ("Date", "2028-02-29", datetime.date(2028, 2, 29)),
    ("Date", "0001-01-01", datetime.date.min),
    ("Date", "9999-12-31", datetime.date.max),
    ("Time", "09:30", datetime.time(9, 30)),
    ("Time", "09:30:00", datetime.time(9, 30)),
    ("Time", "23:59:59.999999", datetime.time.max),
    ("Time", "00:00", datetime.time.min),
    ("Time", "09:30:00.0000000", datetime.time(9, 30)),
    ("Time", "09:30:00.1234567", datetime.time(9, 30, 0, 123_456)),
    ("Time", f"23:59:59.{'9' * 1_000}", datetime.time.max),
    ("DateTime", "2026-03-14T09:30:00+09:00", datetime.datetime(2026, 3, 14, 9, 30, tzinfo=SEOUL)),
    ("DateTime", "2026-03-14t00:30:00z", datetime.datetime(2026, 3, 14, 9, 30, tzinfo=SEOUL)),
    (
        "DateTime",
        "2026-03-14T00:30:00.5Z",
        datetime.datetime(2026, 3, 14, 0, 30, 0, 500_000, datetime.UTC),
    ),
    (
        "DateTime",
        "2026-03-13T17:30:00-07:00",
        datetime.datetime(2026, 3, 14, 0, 30, tzinfo=datetime.UTC),
    ),
    # RFC 3339: -00:00 is UTC without a statement about the local offset.
    ("DateTime", "2026-03-14T00:30:00-00:00", utc(2026, 3, 14, 0, 30)),
    # What .NET writes, and Go and Java.
    ("DateTime", "2031-03-14T09:30:00.1234567Z", utc(2031, 3, 14, 9, 30, 0, 123_456)),
    ("DateTime", "2031-03-14T09:30:00.123456789Z", utc(2031, 3, 14, 9, 30, 0, 123_456)),
    ("DateTime", f"2031-03-14T09:30:00.{'9' * 1_000}+00:00", utc(2031, 3, 14, 9, 30, 0, 999_999)),
    # Leap seconds, of RFC 3339 section 5.8 and of one that has not been announced.
    ("DateTime", "1990-12-31T23:59:60Z", utc(1991, 1, 1)),
    ("DateTime", "1990-12-31T15:59:60-08:00", utc(1991, 1, 1)),
    ("DateTime", "2031-07-01T08:59:60.123456789+09:00", utc(2031, 7, 1, 0, 0, 0, 123_456)),
]


@pytest.mark.parametrize(("name", "text", "value"), GOOD)
def test_scalar_parses_valid_values(name: str, text: str, value: Any) -> None:
    assert _scalar(name).parse_value(text) == value
    assert _scalar(name).parse_literal(parse_value(f'"{text}"')) == value


BAD_FOR_ALL: list[Any] = [
    "",
    " ",
    "now",
    "\0",
    None,
    0,
    20260314,
    1.5,
    True,
    [],
    {},
    ["2026-03-14"],
]
BAD = {
    "Date": [
        "2026-02-30",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "2026-3-4",
        "20260314",
        "2026-W11-6",
        "2026-073",
        "26-03-14",
        "12026-03-14",
        "-2026-03-14",
        "2026-03-14 ",
        "2026-03-14\n",
        "2026-03-14T00:00:00Z",
        "２０２６-03-14",
        "2026‐03‐14",
    ],
    "Time": [
        "09:30Z",
        "09:30:00Z",
        "09:30+09:00",
        "09:30:00-00:00",
        "24:00",
        "23:60",
        "23:59:60",
        "9:30",
        "0930",
        "09",
        "09:30:00.",
        "09:30.5",
        "24:00:00",
        "09:30:00,5",
        "T09:30",
        "09:30 ",
        "09:30\n",
        "9:30 AM",
        "2026-03-14T09:30",
    ],
    "DateTime": [
        "2026-03-14T09:30:00",
        "2026-03-14T09:30:00.000",
        "2026-03-14",
        "2026-03-14T09:30Z",
        "2026-03-14 09:30:00Z",
        "2026-02-30T09:30:00Z",
        "2026-03-14T24:00:00Z",
        "2026-03-14T09:30:00.Z",
        "2026-03-14T09:30:60Z",
        "2026-03-14T23:59:60Z",
        "2026-03-31T23:59:60+09:00",
        "2026-03-31T23:59:61Z",
        "9999-12-31T23:59:60Z",
        "2026-03-14T09:30:00+0900",
        "2026-03-14T09:30:00+09",
        "2026-03-14T09:30:00+24:00",
        "2026-03-14T09:30:00+09:60",
        "2026-03-14T09:30:00ZZ",
        "2026-03-14T09:30:00 Z",
        "2026-03-14T09:30:00Z\n",
        "0000-03-14T09:30:00Z",
        "0001-01-01T00:00:00+09:00",
        "9999-12-31T23:59:59-09:00",
    ],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, texts in BAD.items() for value in [*BAD_FOR_ALL, *texts]],
)
def test_scalar_rejects_invalid_values(name: str, value: Any) -> None:
    with pytest.raises(GraphQLError, match=r"^Expected a (date|time)"):
        _scalar(name).parse_value(value)


@pytest.mark.parametrize("name", ["Date", "Time", "DateTime"])
@given(text=st.text())
def test_scalar_never_raises_another_error(name: str, text: str) -> None:
    try:
        _scalar(name).parse_value(text)
    except GraphQLError:
        return
    assert text[:1].isdigit()


def test_scalars_serialize_what_they_parse() -> None:
    instant = datetime.datetime(2026, 3, 14, 9, 30, tzinfo=SEOUL)
    assert _scalar("Date").serialize(datetime.date(2026, 3, 4)) == "2026-03-04"
    assert _scalar("Time").serialize(datetime.time(9, 5)) == "09:05:00"
    assert _scalar("DateTime").serialize(instant) == "2026-03-14T00:30:00+00:00"


@given(st.dates())
def test_dates_round_trip(value: datetime.date) -> None:
    assert _scalar("Date").parse_value(_scalar("Date").serialize(value)) == value


@given(st.times())
def test_times_round_trip(value: datetime.time) -> None:
    assert _scalar("Time").parse_value(_scalar("Time").serialize(value)) == value


@given(st.datetimes(timezones=st.just(datetime.UTC)))
def test_date_times_round_trip(value: datetime.datetime) -> None:
    assert _scalar("DateTime").parse_value(_scalar("DateTime").serialize(value)) == value
