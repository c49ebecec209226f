"""Random documents over `any_value_schema`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_abstract_type, is_leaf_type
from hypothesis import strategies as st

from tests.schema.execution.any_value_schema import CORE_SCHEMA

_BATCHED = {"label", "tags", "best", "bestLeaves"}
_LABEL_ARGUMENTS = ("", '(prefix: "ü")', "(times: $times)", "(times: 2, prefix: $prefix)")
_DIRECTIVES = ("@include(if: $yes)", "@skip(if: $no)", "@include(if: $no)", "@skip(if: true)")


@dataclass
class RandomDocument:
    """A document, its variables, and the fields of each type that it can read."""

    text: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    is_async: bool = False


class _Writer:
    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self._fragments: list[str] = []
        self._variants: dict[tuple[str, str], int] = {}
        self.selected = RandomDocument()

    def document(self) -> RandomDocument:
        operation = self._draw(st.sampled_from(("query", "query", "query", "mutation")))
        root = CORE_SCHEMA.type_map[operation.capitalize()]
        body = self._selection(root, self._draw(st.sampled_from((3, 3, 2, 1))))
        flags = self._draw(st.tuples(st.booleans(), st.booleans()))
        selected = self.selected
        given = {
            "yes": (not flags[0], "Boolean!"),
            "no": (flags[1], "Boolean = true"),
            "times": (2, "Int"),
            "prefix": ("\u2028", 'String! = ""'),
        }
        text = "\n".join([body, *self._fragments])
        used = {name: each for name, each in given.items() if f"${name}" in text}
        declared = ", ".join(f"${name}: {type_}" for name, (_, type_) in used.items())
        selected.variables = {name: value for name, (value, _) in used.items()}
        if "no" in used and self._one_in(8):
            # For a condition that cannot be null. This is detected only when fields are collected.
            selected.variables["no"] = None
        selected.text = f"{operation} Q{f'({declared})' if declared else ''} {text}"
        return selected

    def _one_in(self, times: int) -> bool:
        return bool(self._draw(st.integers(1, times)) == times)

    def _selection(self, type_: Any, depth: int) -> str:
        count = self._draw(st.sampled_from((2, 3, 4, 1)))
        return f"{{ {' '.join(self._part(type_, depth) for _ in range(count))} }}"

    def _part(self, type_: Any, depth: int) -> str:
        if is_abstract_type(type_) and not self._one_in(4):
            narrowed = self._draw(st.sampled_from(CORE_SCHEMA.get_possible_types(type_)))
            return f"... on {narrowed} {self._directive()} {self._selection(narrowed, depth)}"
        if not self._one_in(6):
            return self._field(type_, depth)
        if self._one_in(2):
            return f"... {self._directive()} {self._selection(type_, depth)}"
        body = self._selection(type_, depth)
        name = f"F{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {type_} {body}")
        return f"...{name} {self._directive()} ...{name}"

    def _field(self, type_: Any, depth: int) -> str:
        fields: dict[str, Any] = getattr(type_, "fields", {})
        candidates = [
            name
            for name, each in fields.items()
            if is_leaf_type(get_named_type(each.type)) or depth > 0
        ]
        # A document that can continue usually does.
        onward = [
            name for name in candidates if not is_leaf_type(get_named_type(fields[name].type))
        ]
        if not candidates or self._one_in(10):
            return f"{self._draw(st.sampled_from(('', 'kind: ', 'other: ')))}__typename"
        batched = [name for name in candidates if name in _BATCHED]
        chosen = onward if onward and not self._one_in(4) else candidates
        if batched and self._one_in(4):
            chosen = batched
        name = self._draw(st.sampled_from(chosen))
        self._record(type_, name)
        arguments = self._draw(st.sampled_from(_LABEL_ARGUMENTS)) if name == "label" else ""
        key = self._response_key(type_, name, arguments)
        text = f"{key}: {name}{arguments} {self._directive()}"
        below = get_named_type(fields[name].type)
        return text if is_leaf_type(below) else f"{text} {self._selection(below, depth - 1)}"

    def _record(self, type_: Any, name: str) -> None:
        self.selected.is_async |= name in _BATCHED
        types = CORE_SCHEMA.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        for each in types:
            self.selected.fields[each.name].add(name)
            if name == "shout":
                self.selected.fields[each.name].add("text")

    def _response_key(self, type_: Any, name: str, arguments: str) -> str:
        """The same for fields that merge. Each has two names, because a document can select it twice."""
        interface_field = name in CORE_SCHEMA.type_map["Named"].fields  # type: ignore[attr-defined]
        owner = "Named" if interface_field else str(type_)
        variant = self._variants.setdefault((owner + name, arguments), len(self._variants))
        return f"{name}{variant}{self._draw(st.sampled_from(('', '', 'again')))}"

    def _directive(self) -> str:
        return self._draw(st.sampled_from(_DIRECTIVES)) if self._one_in(8) else ""


@st.composite
def selected_documents(draw: Any) -> RandomDocument:
    return _Writer(draw).document()


ROOTS: list[GraphQLObjectType] = [
    each
    for each in (CORE_SCHEMA.query_type, CORE_SCHEMA.mutation_type)
    if isinstance(each, GraphQLObjectType)
]
