"""Documents, parsed and validated once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    validate,
    visit,
)
from graphql.execution.values import VariableValues

from schema.build import schema
from schema.columns import columns_of
from schema.execution.shapes import Shape

# A document takes some two hundred times its length in memory, and anybody may send one.
_KEPT_DOCUMENTS = 128
_KEPT_LENGTH = 4_000
_KEPT_SELECTIONS = 16


@dataclass(slots=True)
class PreparedDocument:
    """A document, or what is wrong with it, and the plans that were compiled for it.

    ``conditions`` names the variables that its directives depend on: with other values, it selects other fields.
    ``columns`` are those that any of its operations asks for; see `schema.columns`.
    """

    node: DocumentNode | None
    errors: list[GraphQLError]
    conditions: tuple[str, ...] = ()
    columns: frozenset[str] = frozenset()
    _plans: dict[Hashable, dict[Hashable, Shape | None]] = field(default_factory=dict)

    def plans_for(self, variables: VariableValues) -> dict[Hashable, Shape | None]:
        """The plans for what the document selects with these variables."""
        selected = tuple(variables.coerced.get(name) for name in self.conditions)
        if selected not in self._plans and len(self._plans) >= _KEPT_SELECTIONS:
            self._plans.clear()
        return self._plans.setdefault(selected, {})

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or the only one where no name is given; None where that names none."""
        operations = [
            definition
            for definition in (self.node.definitions if self.node else ())
            if isinstance(definition, OperationDefinitionNode)
            and (not name or (definition.name is not None and definition.name.value == name))
        ]
        return operations[0] if len(operations) == 1 else None


def prepare(text: str) -> PreparedDocument:
    """The document, parsed and validated; those that are sent again and again are kept."""
    return _kept(text) if len(text) <= _KEPT_LENGTH else _prepare(text)


def _prepare(text: str) -> PreparedDocument:
    try:
        node = parse(text)
        errors = validate(schema._schema, node)
    except GraphQLError as error:
        return PreparedDocument(None, [error])
    if any(isinstance(error.original_error, ValueError) for error in errors):
        # Python refuses to read a number of several thousand digits.
        errors = [GraphQLError("The document has a number that is too long.")]
    if errors:
        return PreparedDocument(None, errors)
    names = _Names()
    visit(node, names)
    return PreparedDocument(node, [], tuple(sorted(names.conditions)), columns_of(names.fields))


_kept = lru_cache(_KEPT_DOCUMENTS)(_prepare)


class _Names(Visitor):
    """Collects the names of the fields, and of the variables that directives use."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: set[str] = set()
        self.conditions: set[str] = set()
        self._depth = 0

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.fields.add(node.name.value)

    def enter_directive(self, *_: object) -> None:
        self._depth += 1

    def leave_directive(self, *_: object) -> None:
        self._depth -= 1

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        if self._depth:
            self.conditions.add(node.name.value)
