"""Random documents over the real schema, valid by construction.

A document grows from the root type down. Each selection set takes some fields of its type, directly or through inline
and named fragments. Fields that lead to cells are more likely than others. `MAX_DEPTH` limits the nesting of nodes,
`MAX_ROOTS` the number of root fields, and `MAX_PARTS` the size of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any, NamedTuple

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st

from schema.build import schema
from tests.properties.arguments import Arguments

Composite = GraphQLObjectType | GraphQLInterfaceType

MAX_DEPTH = 5
MAX_ROOTS = 4
MAX_PARTS = 25
NOT_GENERATED = frozenset(
    {
        *("cursor", "startCursor", "endCursor", "syncToken"),
        *(
            "warnings",
            "scheduleWarnings",
            "holidays",
            "rooms",
            "changeSets",
            "calendarFeeds",
            "apiTokens",
            "pendingRequestCount",
        ),
    }
)
"""Cursors and tokens are opaque: only the API can create valid ones. Warnings have a definition of their own, in
`tests/primepath/domain/test_clashes.py`, and lead to cells that only read cells determine. Rooms need a query for themselves.
Change sets and calendar feeds have their own tests."""

SCHEMA = build_schema(schema.as_str())


def _composite(name: str) -> Composite:
    found = SCHEMA.type_map[name]
    assert isinstance(found, Composite)
    return found


_QUERY, _NODE = _composite("Query"), _composite("Node")
_COMPOSITES = [each for each in SCHEMA.type_map.values() if isinstance(each, Composite)]


@cache
def _kinds(type_: Composite) -> list[Composite]:
    """Return the object types that implement this type."""
    return [each for each in _COMPOSITES if type_ in each.interfaces]


def _is_node(type_: object) -> bool:
    return type_ is _NODE or type_ in _kinds(_NODE)


def _types_leading_to_cells() -> set[str]:
    """Return the types of which a field leads to cells, directly or indirectly, and the type of cells."""
    found = {"MatrixCell"}
    while more := {each.name for each in _COMPOSITES if _next_types(each) & found} - found:
        found |= more
    return found


def _next_types(type_: Composite) -> set[str]:
    """Return the types of the fields of a type, and its possible object types."""
    of_fields = (get_named_type(each.type) for each in type_.fields.values())
    return {each.name for each in (*of_fields, *_kinds(type_))}


def _ambiguous_names() -> set[str]:
    """Return the fields with different types on different nodes. Fragments cannot share their response key."""
    types: dict[str, set[str]] = {}
    for node in _kinds(_NODE):
        for name, each in node.fields.items():
            types.setdefault(name, set()).add(str(each.type))
    return {name for name, found in types.items() if len(found) > 1}


_TYPES_LEADING_TO_CELLS = _types_leading_to_cells()
_AMBIGUOUS_NAMES = _ambiguous_names()
# Fields that lead to cells too, but usually to the cell that they belong to.
_INDIRECT_FIELDS = {"history", "teachers"}
_DIRECTIVES: Sequence[tuple[str, ...]] = [
    *[()] * 50,
    ("include",),
    ("skip",),
    ("include", "skip"),
]


@dataclass(frozen=True)
class Document:
    """A document and the values of its variables."""

    text: str
    variables: dict[str, Any]


class _Fragment(NamedTuple):
    name: str
    type: Composite
    depth: int
    selection: str


@dataclass
class _Writer:
    """Writes one document.

    ``parts_left`` is the number of fields and fragments that can still be written; after them only leaf fields are.
    ``likely`` are the types that objects of the current interface probably have.
    """

    random: Random
    arguments: Arguments
    parts_left: int = 0
    likely: set[str] = field(default_factory=set)
    fragments: list[_Fragment] = field(default_factory=list)
    variants: dict[str, list[str]] = field(default_factory=dict)

    def document(self, roots: int, parts: int) -> Document:
        body = " ".join(self._root(parts) for _ in range(roots))
        declarations = ", ".join(self.arguments.declarations)
        operation = f"query ({declarations}) {{ {body} }}" if declarations else f"{{ {body} }}"
        fragments = (
            f"fragment {each.name} on {each.type} {each.selection}" for each in self.fragments
        )
        return Document("\n".join([operation, *fragments]), self.arguments.variables)

    def _one_in(self, times: int) -> bool:
        return self.arguments.one_in(times)

    def _root(self, parts: int) -> str:
        self.parts_left = parts
        return self._part(_QUERY, self.random.choice((2, 3, 4, *[MAX_DEPTH] * 3)))

    def _selection(self, type_: Composite, depth: int) -> str:
        count = min(self.random.choice((1, 1, 2, 2, 3)), max(1, self.parts_left))
        return f"{{ {' '.join(self._part(type_, depth) for _ in range(count))} }}"

    def _part(self, type_: Composite, depth: int) -> str:
        self.parts_left -= 1
        if self.parts_left > 0:
            kind = self.random.randrange(10)
            if kind == 9 or (kind > 6 and _kinds(type_)):
                return self._spread(self._narrowed(type_), depth)
            if kind == 8 or (kind > 0 and _kinds(type_)):
                return self._inline(type_, depth)
        return self._field(type_, depth)

    def _narrowed(self, type_: Composite) -> Composite:
        """Return the type of a fragment inside a selection of ``type_``."""
        if kinds := _kinds(type_):
            ways = [each for each in kinds if each.name in _TYPES_LEADING_TO_CELLS]
            likely = [each for each in kinds if each.name in self.likely]
            narrowed: list[Composite] = [*likely * 20, *ways * 3, *kinds, type_]
            return self.random.choice(narrowed)
        if type_.interfaces and self._one_in(6):
            self.likely = {type_.name}
            return _composite(type_.interfaces[0].name)
        return type_

    def _inline(self, type_: Composite, depth: int) -> str:
        narrowed = self._narrowed(type_)
        condition = "" if narrowed is type_ and self._one_in(2) else f" on {narrowed}"
        return f"...{condition}{self._directives()} {self._selection(narrowed, depth)}"

    def _spread(self, type_: Composite, depth: int) -> str:
        known = [each for each in self.fragments if each.type is type_ and each.depth <= depth]
        if known and self._one_in(2):
            name = self.random.choice(known).name
        else:
            selection = self._selection(type_, depth)
            # The fragment gets its name only now, so that it cannot spread itself.
            name = f"F{len(self.fragments) + 1}"
            self.fragments.append(_Fragment(name, type_, depth, selection))
        return f"...{name}{self._directives()}"

    def _field(self, type_: Composite, depth: int) -> str:
        leaves: list[str] = []
        ways: list[str] = []
        others: list[str] = []
        for name, each in type_.fields.items():
            target = get_named_type(each.type)
            if name in NOT_GENERATED:
                continue
            if is_leaf_type(target):
                leaves.append(name)
            elif self.parts_left > 0 and not (_is_node(target) and depth == 0):
                (ways if target.name in _TYPES_LEADING_TO_CELLS else others).append(name)
        ways += [name for name in ways if name not in _INDIRECT_FIELDS] * 3
        if ways and self.random.randrange(10) > 0:
            candidates = ways
        else:
            candidates = [*leaves, "__typename", *others]
        name = self.random.choice(candidates)
        if name == "__typename":
            return name
        chosen = type_.fields[name]
        arguments = self.arguments.written(chosen.args)
        if name in {"node", "nodes"}:
            self.likely = {each.name for each in _kinds(_NODE) if f'"{each}:' in arguments}
        key = self._response_key(type_, name, arguments)
        text = f"{key}{arguments}{self._directives()}"
        target = get_named_type(chosen.type)
        if isinstance(target, Composite):
            text += f" {self._selection(target, depth - _is_node(target))}"
        return text

    def _response_key(self, type_: Composite, name: str, arguments: str) -> str:
        """Return the field's name, or an alias if it cannot be merged with another use of the name."""
        variants = self.variants.setdefault(name, [""])
        if arguments not in variants:
            variants.append(arguments)
        number = variants.index(arguments)
        alias = f"{name}{number}" if number else name
        if name in _AMBIGUOUS_NAMES and _is_node(type_):
            alias = f"{type_}_{alias}"
        if self._one_in(8):
            alias = f"other_{alias}"
        return name if alias == name else f"{alias}: {name}"

    def _directives(self) -> str:
        given = self.random.choice(_DIRECTIVES)
        return "".join(
            f" @{name}(if: {self.arguments.condition(name == 'include')})" for name in given
        )


def _document(roots: int, parts: int, seed: int) -> Document:
    random = Random(seed)
    return _Writer(random, Arguments(random)).document(roots, parts)


def documents() -> st.SearchStrategy[Document]:
    """Documents that a client could send, with the values of their variables.

    Hypothesis chooses and shrinks only their length and a seed. If it made each choice, it would generate variants of a
    few documents instead of many different ones, and take minutes to shrink one.
    """
    return st.builds(
        _document,
        # Most have the maximum length. The short ones are for shrinking.
        roots=st.sampled_from([*range(1, MAX_ROOTS), *[MAX_ROOTS] * 3]),
        parts=st.sampled_from([*range(2, MAX_PARTS), *[MAX_PARTS] * 3 * MAX_PARTS]),
        seed=st.integers(0, 2**24 - 1),
    )
