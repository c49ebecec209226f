"""Documents, parsed and validated once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from django.conf import settings
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
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError

from primepath.domain.errors import LimitExceededError
from schema.build import schema
from schema.execution.completers import Completer
from schema.limits.cost import QueryCost
from schema.limits.selections import INTROSPECTION, check_selections
from schema.limits.text import check_text
from schema.operation.columns import columns_of
from schema.operation.document_cache import DocumentCache

# A document takes 75 to 200 times its length in memory, and its plans as much again.
_PROTECTED_CHARACTERS = 160_000
_PROBATION_CHARACTERS = 40_000
_KEPT_SELECTIONS = 16
_MAX_ERRORS = 20

# That two selections of a field can be merged is checked pair by pair, which takes seconds for some hundred fields.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = settings.MAX_DOCUMENT_COMPARISONS


@dataclass(slots=True)
class PreparedDocument:
    """A document, or what is wrong with it, and the plans that were compiled for it.

    ``conditions`` names the variables that its directives depend on: with other values, it selects other fields.
    ``columns`` are those that any of its operations asks for; see `schema.operation.columns`. ``introspects`` says whether one of them asks
    for the schema.
    """

    node: DocumentNode | None
    errors: list[GraphQLError]
    conditions: tuple[str, ...] = ()
    columns: frozenset[str] = frozenset()
    introspects: bool = False
    cost: QueryCost | None = None
    _plans: dict[Hashable, dict[Hashable, Completer | None]] = field(default_factory=dict)

    def plans_for(self, variables: VariableValues) -> dict[Hashable, Completer | None]:
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


def prepare(text: str, *, hide_suggestions: bool = False) -> PreparedDocument:
    """The document, parsed and validated; those that are sent again and again are kept.

    With ``hide_suggestions``, what is wrong with it names nothing that may have been meant. Raises `LimitExceededError` for a
    document that asks for more than one may.
    """
    prepared = document_cache.get(text)
    if prepared is None:
        prepared = _prepare(text, hide_suggestions=hide_suggestions)
        if prepared.node is not None:
            document_cache.put(text, prepared)
    return prepared


def _prepare(text: str, *, hide_suggestions: bool) -> PreparedDocument:
    """Checks first what takes least, so that a document that is refused has cost little.

    Raises `LimitExceededError`.
    """
    try:
        check_text(text)
        node = parse(text)
        check_selections(node)
        errors = _validate(node, hide_suggestions=hide_suggestions)
    except GraphQLError as error:
        return PreparedDocument(None, [error])
    if errors:
        return PreparedDocument(None, errors)
    names = _Names()
    visit(node, names)
    return PreparedDocument(
        node,
        [],
        conditions=tuple(sorted(names.conditions)),
        columns=columns_of(names.fields),
        introspects=not names.fields.isdisjoint(INTROSPECTION),
        cost=QueryCost(schema._schema, node),
    )


def _validate(node: DocumentNode, *, hide_suggestions: bool) -> list[GraphQLError]:
    errors = validate(
        schema._schema, node, max_errors=_MAX_ERRORS, hide_suggestions=hide_suggestions
    )
    if any(isinstance(error.original_error, ValueError) for error in errors):
        # Python refuses to read a number of several thousand digits.
        return [GraphQLError("The document has a number that is too long.")]
    if errors and isinstance(errors[-1], ValidationAbortedError) and len(errors) <= _MAX_ERRORS:
        raise LimitExceededError(
            "The document selects the same fields so often that merging them takes more than "
            f"{settings.MAX_DOCUMENT_COMPARISONS} comparisons, which is the limit. Select each field once."
        )
    return errors


document_cache: DocumentCache[PreparedDocument] = DocumentCache(
    characters=_PROTECTED_CHARACTERS, probation_characters=_PROBATION_CHARACTERS
)


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
