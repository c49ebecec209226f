"""Read arguments in a document, as far as they determine the length of lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graphql import (
    ArgumentNode,
    EnumValueNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
)

_DIGITS = 20
ANYTHING: Final = object()
"""Value of a variable that is not known yet."""


def variables_of(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values of an operation's variables, including defaults."""
    defaults = {
        each.variable.name.value: each.default_value
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    return {**defaults, **given}


class ArgumentNodes:
    """The arguments of one field. ``variables`` are coerced. Without them, they can have any value (`ANYTHING`)."""

    def __init__(
        self, nodes: Iterable[ArgumentNode] | None, variables: Mapping[str, Any] | None
    ) -> None:
        self._nodes = {node.name.value: node.value for node in nodes or ()}
        self._variables = variables

    def get(self, *path: str) -> Any:
        """Return the number, enum value or list at ``path``, otherwise None.

        Only the length of a list is meaningful: its items can be nodes.
        """
        value = self._plain(self._nodes.get(path[0]))
        for name in path[1:]:
            value = self._plain(value.get(name)) if isinstance(value, dict) else value
        return None if isinstance(value, dict) else value

    def _plain(self, value: Any) -> Any:
        if isinstance(value, VariableNode):
            if self._variables is None:
                return ANYTHING
            value = self._variables.get(value.name.value)
        match value:
            case ObjectValueNode():
                return {field.name.value: field.value for field in value.fields}
            case ListValueNode():
                return list(value.values)
            case IntValueNode():
                # Python refuses to read thousands of digits, which an ID can have. 20 digits exceed any length of a list.
                return int(value.value[:_DIGITS])
            case EnumValueNode():
                return value.value
            case ValueNode():
                return None
        return value
