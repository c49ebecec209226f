"""Completion of values, and errors, as in the GraphQL specification (6.4.3, 6.4.4), on both executors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.schema.execution.specification_schema import LateValue, LazyObject, check, make_object

pytestmark = pytest.mark.one_database

BAD = LookupError("bad")
NOTHING = object()
"""Marks data that is null as a whole."""


def _raise() -> Any:
    raise BAD


WAYS: dict[str, tuple[Callable[[], Any], bool]] = {
    # The reason why a field has no value, and whether it is an error on its own.
    "null": (lambda: None, False),
    "raises": (_raise, True),
    "an error as a value": (lambda: BAD, True),
    "null later": (lambda: LateValue(None), False),
    "raises later": (lambda: LateValue(BAD), True),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("text", "path", "data"),
    [
        ("{ other { needed } }", ["other", "needed"], {"other": None}),
        ("{ others { needed } value }", ["others", 0, "needed"], {"others": None, "value": "root"}),
        (
            "{ child { other { needed } value } }",
            ["child", "other", "needed"],
            {"child": {"other": None, "value": "root"}},
        ),
        (
            "{ child { child { needed } needed } }",
            ["child", "child", "needed"],
            {"child": {"child": None, "needed": "fine"}},
        ),
        ("{ neededChild { needed } }", ["neededChild", "needed"], NOTHING),
        (
            "{ child { neededChild { neededChild { needed } } } }",
            ["child", "neededChild", "neededChild", "needed"],
            {"child": None},
        ),
    ],
)
def test_null_in_a_non_null_field_propagates_to_the_nearest_nullable_parent(
    way: str, text: str, path: list[str | int], data: Any
) -> None:
    make, is_error = WAYS[way]
    # The last objects have no `needed`.
    leaf = LazyObject(needed=make)
    deep = {"{ child { child": make_object(child=leaf, needed="fine"), "{ child { needed": None}
    child = deep.get(text[:15]) or make_object(
        other=leaf, value="root", needed_child=make_object(needed_child=leaf)
    )
    root = make_object(other=leaf, others=[leaf], value="root", child=child, needed_child=leaf)
    parent = "Other" if path[-2] in ("other", 0) else "Node"
    message = "bad" if is_error else f"Cannot return null for non-nullable field {parent}.needed."
    check(text, root, None if data is NOTHING else data, (message, path))


@pytest.mark.parametrize("way", WAYS)
def test_nullable_field_is_null_without_affecting_others(way: str) -> None:
    make, is_error = WAYS[way]
    leaf = LazyObject(value=make, number=make, needed=lambda: "n")
    errors: list[tuple[str, list[str | int] | None]] = [
        ("bad", ["others", row, name]) for row in (0, 1) for name in ("value", "number")
    ]
    rows = [{"value": None, "needed": "n", "number": None}] * 2
    # The second is another object: both are read.
    twin = LazyObject(value=make, number=make, needed=lambda: "n")
    text = "{ others { value needed number } }"
    check(text, make_object(others=[leaf, twin]), {"others": rows}, *(errors if is_error else []))


def test_first_of_several_non_null_errors_is_reported() -> None:
    text = "{ others { a: needed b: needed value } value }"
    leaf = LazyObject(needed=lambda: None, value=_raise)
    check(
        text,
        make_object(others=[leaf, leaf], value="v"),
        {"others": None, "value": "v"},
        ("Cannot return null for non-nullable field Other.needed.", ["others", 0, "a"]),
    )


LISTS: dict[str, Callable[[], Any]] = {
    "full": lambda: [1, 2],
    "empty": list,
    "a null item": lambda: [1, None, 2],
    "an error as an item": lambda: [1, BAD, 2],
    "an item later": lambda: [1, LateValue(2)],
    "a null item later": lambda: [1, LateValue(None), 2],
    "an item that fails later": lambda: [1, LateValue(BAD), 2],
    "null": lambda: None,
    "raises": _raise,
    "later": lambda: LateValue([1, 2]),
    "null later": lambda: LateValue(None),
    "a tuple": lambda: (1, 2),
    "a generator": lambda: (each for each in (1, 2)),
    "a set": lambda: {1, 2},
    "a text": lambda: "12",
    "a number": lambda: 12,
    "a mapping": lambda: {1: 2},
    "an item of another type": lambda: [1, "x"],
}
_NULL = "Cannot return null for non-nullable field Lists.{name}."
_NO_LIST = "Expected Iterable, but did not find one for field 'Lists.{name}'."
_NO_INT = "Int cannot represent non-integer value: 'x'"
# The result if items can be null; the index and message of its error; whether the list itself is valid.
OUTCOMES: dict[str, tuple[Any, str | None, list[int]]] = {
    "full": ([1, 2], None, []),
    "empty": ([], None, []),
    "a null item": ([1, None, 2], _NULL, [1]),
    "an error as an item": ([1, None, 2], "bad", [1]),
    "an item later": ([1, 2], None, []),
    "a null item later": ([1, None, 2], _NULL, [1]),
    "an item that fails later": ([1, None, 2], "bad", [1]),
    "null": (None, _NULL, []),
    "raises": (None, "bad", []),
    "later": ([1, 2], None, []),
    "null later": (None, _NULL, []),
    "a tuple": ([1, 2], None, []),
    "a generator": ([1, 2], None, []),
    "a set": ([1, 2], None, []),
    "a text": (None, _NO_LIST, []),
    "a number": (None, _NO_LIST, []),
    "a mapping": (None, _NO_LIST, []),
    "an item of another type": ([1, None], _NO_INT, [1]),
}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("name", ["maybe", "sure", "items", "both"])
def test_list_is_completed_item_by_item(kind: str, name: str) -> None:
    value, message, index = OUTCOMES[kind]
    items_needed, list_needed = name in ("items", "both"), name in ("sure", "both")
    path: list[str | int] = ["lists", name, *index]
    null_fails = items_needed if index else list_needed
    failed = null_fails if message == _NULL else message is not None
    if failed and items_needed and index:
        value = None
    lists = {name: value}
    data = {"lists": None if failed and list_needed and value is None else lists}
    errors = [((message or "").format(name=name), path)] if failed else []
    check(
        f"{{ lists {{ {name} }} }}",
        make_object(lists=LazyObject(**{name: LISTS[kind]})),
        data,
        *errors,
    )
    needed = {"neededLists": lists} if data["lists"] else None
    errors = [(text, ["neededLists", *path[1:]]) for text, _ in errors]
    check(
        f"{{ neededLists {{ {name} }} }}",
        make_object(needed_lists=LazyObject(**{name: LISTS[kind]})),
        needed,
        *errors,
    )


REX, TOM = make_object(name="Rex", barks=True), make_object(name="Tom", meows=False)
_NO_TYPE = (
    "Abstract type 'Pet' must resolve to an Object type at runtime for field 'Query.pets'. Either the 'Pet' type should"
    " provide a 'resolve_type' function or each possible type should provide an 'is_type_of' function."
)


def test_interfaces_and_unions_are_completed_by_the_type_of_each_value() -> None:
    text = """
    {
      pets { __typename name ... on Dog { barks } ... on Cat { meows } }
      animals { ... on Dog { name } ... on Cat { __typename } ...C }
    }
    fragment C on Cat { name meows }
    """
    dog = {"__typename": "Dog", "name": "Rex", "barks": True}
    cat = {"__typename": "Cat", "name": "Tom", "meows": False}
    data = {
        "pets": [dog, cat, dog],
        "animals": [{"__typename": "Cat", "name": "Tom", "meows": False}, {"name": "Rex"}],
    }
    check(text, make_object(pets=[REX, TOM, REX], animals=[TOM, REX]), data)


@pytest.mark.parametrize(
    ("pet", "message"),
    [
        (make_object(name="?"), _NO_TYPE),
        (make_object(name="Schrödinger"), "The box is closed."),
        (None, "Cannot return null for non-nullable field Query.pets."),
        (BAD, "bad"),
        (LateValue(BAD), "bad"),
    ],
)
def test_value_without_a_type_is_an_error_of_its_item(pet: Any, message: str) -> None:
    check("{ pets { name } }", make_object(pets=[REX, pet]), {"pets": None}, (message, ["pets", 1]))


@pytest.mark.parametrize(
    ("cat", "message"),
    [
        (REX, "Expected value of type 'Cat' but got: <SimpleNamespace instance>."),
        (make_object(name="Schrödinger"), "The box is closed."),
        (BAD, "bad"),
        (LateValue(REX), "Expected value of type 'Cat' but got: <SimpleNamespace instance>."),
    ],
)
def test_object_of_another_type_is_an_error_of_its_item(cat: Any, message: str) -> None:
    tom = {"name": "Tom"}
    check(
        "{ cats { name } }",
        make_object(cats=[TOM, cat, None, LateValue(TOM), TOM]),
        {"cats": [tom, None, None, tom, tom]},
        (message, ["cats", 1]),
    )


@pytest.mark.parametrize(
    ("number", "completed"),
    [
        *((0, 0), (-(2**31), -(2**31)), (2**31 - 1, 2**31 - 1), (True, 1), (1.0, 1), ("7", 7)),
        *((2**31, None), (1.5, None), (float("nan"), None), ("", None), ([1], None), (b"1", None)),
    ],
)
def test_number_must_be_valid_in_graphql(number: Any, completed: int | None) -> None:
    root = make_object(others=[make_object(number=1), make_object(number=number)])
    rows = {"others": [{"number": 1}, {"number": completed}]}
    errors: list[tuple[str, list[str | int] | None]] = []
    if completed is None:
        kind = "non 32-bit signed integer" if number == 2**31 else "non-integer"
        shown = "[1]" if number == [1] else repr(number)
        errors = [(f"Int cannot represent {kind} value: {shown}", ["others", 1, "number"])]
    check("{ others { number } }", root, rows, *errors)
