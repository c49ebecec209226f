"""Every argument and input field of the schema, with a document that sends any JSON value there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
)

from schema.build import schema
from schema.execution.core import graphql_schema

_SCHEMA = graphql_schema(schema)
_VALUES: dict[str, Any] = {
    "Boolean": True,
    "Int": 1,
    "String": "A",
    "ID": "Exam:1",
    "Date": "2026-03-14",
    "Time": "09:30",
    "DateTime": "2031-03-14T09:30:00Z",
}
_DEEP: Any = 1
for _ in range(40):
    _DEEP = [_DEEP]

SHAPES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**31, -(2**63), 2**64, 1.0, 1.5, -0.0, 1e300),
    *(
        "",
        "A",
        "1",
        "true",
        "null",
        "JAN",
        "MONTHLY",
        "2026-03-14",
        "09:30",
        "x" * 2_000,
        "\0",
        "가",
    ),
    *([], [None], [1], ["A"], ["MONTHLY"], [[]], [["JAN"]], [True, 1.5, "A", None, {}], _DEEP),
    *(
        {},
        {"a": 1},
        {"id": "Exam:1"},
        {"at": {}},
        {"type": ["REVIEW"]},
        {"": {"": [{}]}},
        [{}, {"id": 1}],
    ),
]


class Place(NamedTuple):
    """An argument, or an input field below it. ``path`` leads from the value of the argument to the field."""

    document: str
    argument_type: Any
    path: tuple[str | int, ...]
    name: str

    def variables(self, shape: Any) -> dict[str, Any]:
        """Return valid variables, with ``shape`` at this place."""
        if not self.path:
            return {"value": shape}
        value = whole = _valid_value(self.argument_type)
        type_ = get_nullable_type(self.argument_type)
        for part in self.path[:-1]:
            type_ = get_nullable_type(type_.of_type if part == 0 else type_.fields[part].type)
            if part != 0:
                value.setdefault(part, _valid_value(type_))
            value = value[part]
        value[self.path[-1]] = shape
        return {"value": whole}


def places() -> Iterator[Place]:
    """Yield all places, the arguments of nested fields too."""
    for type_, (before, after) in _ways().items():
        for name, field in type_.fields.items():
            for argument_name, argument in field.args.items():
                document = _document(before, after, name, field, argument_name, argument)
                label = f"{type_.name}.{name}({argument_name})"
                for path in _paths(argument.type):
                    yield Place(document, argument.type, path, ".".join([label, *map(str, path)]))


def _ways() -> dict[GraphQLObjectType, tuple[str, str]]:
    """Return the text before and after a selection of each type that needs no arguments on the way, shortest first."""
    roots = {"query": _SCHEMA.query_type, "mutation": _SCHEMA.mutation_type}
    ways: dict[Any, tuple[str, str]] = {
        root: (f"{kind} (#) {{ ", " }") for kind, root in roots.items() if root
    }
    waiting = deque([_SCHEMA.query_type])
    while waiting:
        type_ = waiting.popleft()
        assert type_ is not None
        before, after = ways[type_]
        for name, field in type_.fields.items():
            below = get_named_type(field.type)
            if not is_object_type(below) or below in ways:
                continue
            if any(is_required_argument(argument) for argument in field.args.values()):
                continue
            ways[below] = (f"{before}{name} {{ ", f" }}{after}")
            waiting.append(below)
    return ways


def _document(
    before: str,
    after: str,
    name: str,
    field: GraphQLField,
    argument_name: str,
    argument: GraphQLArgument,
) -> str:
    others = [
        f"{other}: {_literal(_valid_value(each.type), each.type)}"
        for other, each in field.args.items()
        if other != argument_name and is_required_argument(each)
    ]
    arguments = ", ".join([f"{argument_name}: $value", *others])
    below = get_named_type(field.type)
    selection = "" if is_leaf_type(below) else " { __typename }"
    start = before.replace("#", f"$value: {argument.type}")
    return f"{start}{name}({arguments}){selection}{after}"


def _literal(value: Any, type_: Any) -> str:
    return (
        value
        if isinstance(get_named_type(type_), GraphQLEnumType)
        else repr(value).replace("'", '"')
    )


def _paths(type_: Any, depth: int = 0) -> Iterator[tuple[str | int, ...]]:
    yield ()
    inner = get_nullable_type(type_)
    if is_list_type(inner):
        for path in _paths(inner.of_type, depth):
            yield (0, *path)
    elif isinstance(inner, GraphQLInputObjectType) and depth < 4:
        for name, field in inner.fields.items():
            for path in _paths(field.type, depth + 1):
                yield (name, *path)


def _valid_value(type_: Any) -> Any:
    inner = get_nullable_type(type_)
    if is_list_type(inner):
        return [_valid_value(inner.of_type)]
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values))
    if not isinstance(inner, GraphQLInputObjectType):
        return _VALUES[inner.name]
    fields: dict[str, GraphQLInputField] = inner.fields
    required = {name: each for name, each in fields.items() if is_required_input_field(each)}
    if inner.is_one_of:
        required = dict(list(fields.items())[:1])
    return {name: _valid_value(each.type) for name, each in required.items()}
