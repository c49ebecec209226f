"""Execution of a parsed document, as specified by GraphQL (section 6, Execution)."""

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
from tests.properties.reference_implementation.fields import FIELDS
from tests.properties.reference_implementation.response_objects import (
    INTERFACES,
    Args,
    FieldError,
    ResponseObject,
)
from tests.properties.reference_implementation.visible_school import VisibleSchool

Path = tuple[str | int, ...]
MAX_OBJECTS = 500


class TooLargeError(Exception):
    """The document requests too many objects to read them one at a time."""


class ReferenceImplementation:
    """Executes one document.

    ``requested_cells`` are the cells that it read, ``errors`` the code of each error by path, and ``depth`` the deepest
    nesting of objects in the response.
    """

    def __init__(self, viewer: Viewer | None, *, may_store: bool) -> None:
        self._school = VisibleSchool(viewer, may_store=may_store)
        self.requested_cells = self._school.requested_cells
        self.errors: dict[str, str] = {}
        self.depth = 0
        self._objects = 0

    def answer(self, document: str, variables: Args) -> dict[str, Any]:
        """Return the data of the response. Raise `TooLargeError` if it has too many objects."""
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
        return self._object(ResponseObject("Query", None), [operation.selection_set], ())

    def _object(
        self, parent: ResponseObject, selection_sets: Iterable[SelectionSetNode], path: Path
    ) -> dict[str, Any]:
        self._objects += 1
        if self._objects > MAX_OBJECTS:
            raise TooLargeError
        self.depth = max(self.depth, 1 + sum(isinstance(step, str) for step in path))
        fields: dict[str, list[FieldNode]] = {}
        for selection_set in selection_sets:
            self._collect(parent.type, selection_set, fields)
        return {key: self._field(parent, nodes, (*path, key)) for key, nodes in fields.items()}

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

    def _field(self, parent: ResponseObject, nodes: Sequence[FieldNode], path: Path) -> Any:
        name = nodes[0].name.value
        if name == "__typename":
            return parent.type
        arguments = self._arguments(nodes[0].arguments)
        try:
            value = FIELDS[parent.type][name](self._school, parent.row, arguments)
        except FieldError as field_error:
            value = field_error
        return self._complete(value, [n.selection_set for n in nodes if n.selection_set], path)

    def _complete(self, value: Any, below: list[SelectionSetNode], path: Path) -> Any:
        match value:
            case ResponseObject():
                return self._object(value, below, path)
            case list():
                return [self._complete(each, below, (*path, i)) for i, each in enumerate(value)]
            case FieldError():
                self.errors[".".join(map(str, path))] = str(value)
                return None
            case datetime.datetime():
                return value.astimezone(datetime.UTC).isoformat()
            case datetime.date() | datetime.time():
                return value.isoformat()
        return value


def _given(values: Args) -> Args:
    """Drop null and absent values. In this schema, both mean the argument's default."""
    return {
        name: _given(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if value is not None and value is not Undefined
    }
