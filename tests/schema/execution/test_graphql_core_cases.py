"""Execution of operations as in the GraphQL specification (6.1-6.3), on both executors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.execution.specification_schema import (
    DEFAULT_ARGUMENTS,
    SHOWN_ARGUMENTS,
    LateValue,
    LazyObject,
    check,
    make_object,
)

pytestmark = pytest.mark.one_database

LEAF = make_object(value="v", needed="n", number=1)
LEAVES = make_object(others=[LEAF, LEAF], other=LEAF, value="root")


def _raise(error: Exception) -> Any:
    raise error


# Operations: 6.1, 6.2.

OPERATIONS = (
    "query A { others { value } } query B { others { needed } } fragment F on Other { value }"
)


def test_named_operation_is_executed() -> None:
    text = OPERATIONS.replace("{ value } }", "{ ...F } }", 1)
    check(text, LEAVES, {"others": [{"value": "v"}] * 2}, operation_name="A")
    check(text, LEAVES, {"others": [{"needed": "n"}] * 2}, operation_name="B")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "Must provide operation name if query contains multiple operations."),
        ("C", "Unknown operation named 'C'."),
    ],
)
def test_ambiguous_operation_is_not_executed(name: str | None, message: str) -> None:
    text = OPERATIONS.replace("{ value } }", "{ ...F } }", 1)
    check(text, LEAVES, None, (message, None), operation_name=name)


def test_mutations_run_serially_with_separate_payloads() -> None:
    text = """
    mutation {
      first: change(to: 1) { number } second: changeLater(to: 2) { number } seen: read { number }
      third: refuse { number } fourth: refuseLater { number } fifth: changeLater(to: 5) { number echo }
      last: read { number }
    }
    """
    data = {
        "first": {"number": 1},
        "second": {"number": 2},
        "seen": {"number": 2},
        "third": None,
        "fourth": None,
        "fifth": {"number": 5, "echo": SHOWN_ARGUMENTS.format(**DEFAULT_ARGUMENTS)},
        "last": {"number": 5},
    }
    check(text, None, data, ("Refused at 2.", ["third"]), ("Refused at 2.", ["fourth"]))


# Selections: 6.3.


def test_fields_keep_document_order_even_if_some_are_awaited() -> None:
    root = make_object(
        other=LazyObject(value=lambda: LateValue("late"), needed=lambda: "now", number=lambda: 1)
    )
    text = "{ other { number echo(number: 0) value ... { needed a: value } ...F } } fragment F on Other { b: number needed }"
    echoed = SHOWN_ARGUMENTS.format(**DEFAULT_ARGUMENTS | {"number": 0})
    data = {"number": 1, "echo": echoed, "value": "late", "needed": "now", "a": "late", "b": 1}
    check(text, root, {"other": data})


def test_response_key_has_its_first_position() -> None:
    text = "{ value others { number } value others { value number needed } }"
    row = {"number": 1, "value": "v", "needed": "n"}
    check(text, LEAVES, {"value": "root", "others": [row, row]})


def test_alias_can_be_the_name_of_another_field() -> None:
    check(
        "{ others { value: needed needed: value } }",
        LEAVES,
        {"others": [{"value": "n", "needed": "v"}] * 2},
    )


def test_fragment_is_applied_once_to_matching_types() -> None:
    text = """
    { pets { ...D ...D ... on Cat { name } ... on Pet { __typename } } }
    fragment D on Dog { barks ... on Pet { name } }
    """
    root = make_object(
        pets=[make_object(name="Rex", barks=True), make_object(name="Tom", meows=False)]
    )
    dog = {"barks": True, "name": "Rex", "__typename": "Dog"}
    check(text, root, {"pets": [dog, {"name": "Tom", "__typename": "Cat"}]})


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize(
    ("selection", "with_", "without"),
    [
        ("needed value @include(if: $on)", {"needed": "n", "value": "v"}, {"needed": "n"}),
        ("needed value @skip(if: $on)", {"needed": "n"}, {"needed": "n", "value": "v"}),
        ("...F @include(if: $on) number", {"value": "v", "number": 1}, {"number": 1}),
        (
            "... on Other @skip(if: $on) { value } number",
            {"number": 1},
            {"value": "v", "number": 1},
        ),
        ("... @include(if: $on) { value } number", {"value": "v", "number": 1}, {"number": 1}),
        ("value @include(if: $on) @skip(if: $on) number", {"number": 1}, {"number": 1}),
        ("value @include(if: true) @skip(if: $on)", {}, {"value": "v"}),
        ("value @include(if: $on)", {"value": "v"}, {}),
        ("value value @include(if: $on)", {"value": "v"}, {"value": "v"}),
        (
            "echo @include(if: $on) value",
            {"echo": SHOWN_ARGUMENTS.format(**DEFAULT_ARGUMENTS), "value": "v"},
            {"value": "v"},
        ),
    ],
)
def test_directives_exclude_fields_and_fragments(
    on: bool, selection: str, with_: Any, without: Any
) -> None:
    row = with_ if on else without
    spread = " fragment F on Other { value }" if "...F" in selection else ""
    text = f"query ($on: Boolean!) {{ others {{ {selection} }} }}{spread}"
    check(text, LEAVES, {"others": [row, row]}, variables={"on": on})


def test_excluded_field_is_not_read() -> None:
    leaf = LazyObject(value=lambda: "v", needed=lambda: _raise(AssertionError("read")))
    text = "{ others { value needed @skip(if: true) } }"
    check(text, make_object(others=[leaf]), {"others": [{"value": "v"}]})


# Resolving: 6.4.2, 6.4.3.


def test_missing_attribute_and_failing_property_are_field_errors() -> None:
    leaf = LazyObject(value=lambda: _raise(LookupError("not found")), number=lambda: 3)
    errors: list[tuple[str, list[str | int] | None]] = [
        ("not found", ["others", 1, "value"]),
        ("not found", ["others", 2, "value"]),
    ]
    rows = [{"value": "v", "number": 1}, *[{"value": None, "number": 3}] * 2]
    check(
        "{ others { value number } }",
        make_object(others=[LEAF, leaf, leaf]),
        {"others": rows},
        *errors,
    )
    check(
        "{ value }",
        make_object(),
        {"value": None},
        ("'types.SimpleNamespace' object has no attribute 'value'", ["value"]),
    )


def test_error_has_all_locations_of_its_field() -> None:
    leaf = LazyObject(value=lambda: ValueError("as a value"))
    answer = check(
        "{ others { value } others { value } }",
        make_object(others=[leaf]),
        {"others": [{"value": None}]},
        ("as a value", ["others", 0, "value"]),
    )
    assert [each["column"] for each in answer.errors[0]["locations"]] == [12, 29]
