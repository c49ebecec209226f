"""Queries without signing in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from schema.build import schema
from schema.execution.core import graphql_schema
from tests.client import answer, error_codes

pytestmark = pytest.mark.django_db

# Everyone can read these. Without sign-in, the viewer is null.
PUBLIC = {"school", "viewer"}
QUERY = graphql_schema(schema).query_type
assert QUERY is not None
FIELDS = QUERY.fields
INVALID: dict[str, Any] = {
    "Int": -1,
    "String": "?" * 1_000,
    "ID": "Nothing:1",
    "Date": "2026-01-01",
}


def invalid_values(type_: Any) -> Iterator[Any]:
    """Yield values of an input type. Most fields refuse them, except for dates and the values of an enumeration."""
    if is_non_null_type(type_):
        yield from invalid_values(type_.of_type)
    elif is_list_type(type_):
        yield from ([value] * 2_000 for value in invalid_values(type_.of_type))
    elif is_input_object_type(type_):
        fields = type_.fields
        for name, field in fields.items():
            yield from ({**required(fields), name: each} for each in invalid_values(field.type))
    elif is_enum_type(type_):
        yield next(iter(type_.values))
    elif type_.name in INVALID:
        yield INVALID[type_.name]


def required(given: dict[str, Any]) -> dict[str, Any]:
    """Return a value for each argument or input field that needs one."""
    return {
        name: next(invalid_values(each.type))
        for name, each in given.items()
        if is_non_null_type(each.type)
    }


def cases() -> Iterator[tuple[str, str, Any]]:
    for name, field in FIELDS.items():
        if name in PUBLIC:
            continue
        yield name, "", None
        for argument, definition in field.args.items():
            yield from ((name, argument, each) for each in invalid_values(definition.type))


@pytest.mark.parametrize(("name", "argument", "value"), list(cases()))
def test_fields_require_sign_in_whatever_their_arguments(
    name: str, argument: str, value: Any
) -> None:
    field = FIELDS[name]
    given = required(field.args)
    if argument:
        given[argument] = value
    variables = ", ".join(f"${each}: {field.args[each].type}" for each in given)
    arguments = ", ".join(f"{each}: ${each}" for each in given)
    selection = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
    document = (
        f"query ({variables}) {{ {name} ({arguments}) {selection} }}"
        if given
        else f"{{ {name} {selection} }}"
    )
    assert error_codes(answer(document, None, given)) == {name: "UNAUTHENTICATED"}
