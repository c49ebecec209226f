"""Walks through a parsed document as the GraphQL specification says (section 6, Execution)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    parse,
    value_from_ast_untyped,
)

from primepath.domain.viewer import Viewer
from tests.properties.oracle.fields import FIELDS
from tests.properties.oracle.seen_school import SeenSchool
from tests.properties.oracle.things import INTERFACES, Args, Refusal, Thing

Path = tuple[str | int, ...]
MAX_OBJECTS = 500


class TooMuchError(Exception):
    """The document asks for more than is affordable one by one."""


class Oracle:
    """Answers one document.

    ``asked`` are the cells it came upon, ``errors`` the code of each error by its path, ``depth``
    how many objects of the answer lie within each other.
    """

    def __init__(self, viewer: Viewer | None, *, may_store: bool) -> None:
        self._school = SeenSchool(viewer, may_store=may_store)
        self.asked = self._school.asked
        self.errors: dict[str, str] = {}
        self.depth = 0
        self._objects = 0

    def answer(self, document: str, variables: Args) -> dict[str, Any]:
        """The data of the answer. Raises `TooMuchError`."""
        definitions = parse(document).definitions
        self._fragments = {
            each.name.value: each
            for each in definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        (operation,) = (each for each in definitions if isinstance(each, OperationDefinitionNode))
        self._variables = {
            each.variable.name.value: value_from_ast_untyped(each.default_value)
            for each in operation.variable_definitions or ()
            if each.default_value
        } | variables
        return self._object(Thing("Query", None), [operation.selection_set], ())

    def _object(
        self, thing: Thing, selection_sets: Iterable[SelectionSetNode], path: Path
    ) -> dict[str, Any]:
        self._objects += 1
        if self._objects > MAX_OBJECTS:
            raise TooMuchError
        self.depth = max(self.depth, 1 + sum(isinstance(step, str) for step in path))
        fields: dict[str, list[FieldNode]] = {}
        for selection_set in selection_sets:
            self._collect(thing.type, selection_set, fields)
        return {key: self._field(thing, nodes, (*path, key)) for key, nodes in fields.items()}

    def _collect(
        self, type_: str, selection_set: SelectionSetNode, fields: dict[str, list[FieldNode]]
    ) -> None:
        for selection in selection_set.selections:
            if any(
                self._arguments(each.arguments)["if"] is (each.name.value == "skip")
                for each in selection.directives or ()
            ):
                continue
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                fields.setdefault(key, []).append(selection)
                continue
            fragment: Any = selection
            if isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
            condition = fragment.type_condition and fragment.type_condition.name.value
            if condition in {None, type_} or type_ in INTERFACES.get(condition, ()):
                self._collect(type_, fragment.selection_set, fields)

    def _arguments(self, nodes: Iterable[Any] | None) -> Args:
        return _given(
            {
                each.name.value: value_from_ast_untyped(each.value, self._variables)
                for each in nodes or ()
            }
        )

    def _field(self, thing: Thing, nodes: Sequence[FieldNode], path: Path) -> Any:
        name = nodes[0].name.value
        if name == "__typename":
            return thing.type
        arguments = self._arguments(nodes[0].arguments)
        try:
            value = FIELDS[thing.type][name](self._school, thing.row, arguments)
        except Refusal as refusal:
            value = refusal
        return self._complete(value, [n.selection_set for n in nodes if n.selection_set], path)

    def _complete(self, value: Any, below: list[SelectionSetNode], path: Path) -> Any:
        match value:
            case Thing():
                return self._object(value, below, path)
            case list():
                return [self._complete(each, below, (*path, i)) for i, each in enumerate(value)]
            case Refusal():
                self.errors[".".join(map(str, path))] = str(value)
                return None
            case datetime.datetime():
                return value.astimezone(datetime.UTC).isoformat()
            case datetime.date() | datetime.time():
                return value.isoformat()
        return value


def _given(values: Args) -> Args:
    """Without what is null or absent: either leaves an argument of this schema at its default."""
    return {
        name: _given(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if value is not None and value is not Undefined
    }
