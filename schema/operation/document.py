"""Documents: parsed, validated and analysed once, then kept for the requests that send them again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    validate,
    visit,
)
from prometheus_client import Counter

from primepath.domain.errors import LimitExceededError
from primepath.server.stack_chunk import with_large_stack_chunk
from schema.build import schema
from schema.execution.core import graphql_schema, is_aborted, limit_field_merging
from schema.execution.plan_cache import PlanCache
from schema.limits.cost import QueryCost
from schema.limits.selections import INTROSPECTION, check_selections, root_fields
from schema.limits.text import check_text
from schema.operation.columns import columns_of
from schema.operation.document_cache import DocumentCache

# A document takes 75 to 200 times its length in memory, and its plans as much again.
_PROTECTED_CHARACTERS = 160_000
_PROBATION_CHARACTERS = 40_000
_MAX_ERRORS = 20
_SHOWN_OPERATIONS = 20
_SHOWN_LENGTH = 100

DOCUMENTS = Counter(
    "primepath_documents_total",
    "Documents by their place: hit, in the cache of this process, or miss, to be parsed and validated.",
    ["result"],
)
_HIT = DOCUMENTS.labels("hit")
_MISS = DOCUMENTS.labels("miss")

# Validation compares the selections of a field pair by pair, which takes seconds for some hundred fields.
limit_field_merging(settings.MAX_DOCUMENT_COMPARISONS)


class InvalidDocumentError(Exception):
    """A document that cannot be parsed or is not valid. ``errors`` lists the problems."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A valid document and what follows from its text alone.

    ``hash``: its SHA-256, as for persisted queries.
    ``columns``: the columns that any of its operations needs. See `schema.operation.columns`.
    ``introspects``: whether any of its operations reads the schema.
    ``schema_readers``: names of the operations that read nothing else, "" without a name.
    ``executables``: for each operation by name, "" without one, the part that graphql-core executes with variables that
    are already coerced.
    """

    text: str
    hash: str
    node: DocumentNode
    columns: frozenset[str]
    introspects: bool
    schema_readers: frozenset[str]
    cost: QueryCost
    plans: PlanCache
    executables: Mapping[str, DocumentNode]

    def executable(self, operation: OperationDefinitionNode) -> DocumentNode:
        return self.executables[_name_of(operation) or ""]

    def reads_schema_only(self, operation: OperationDefinitionNode) -> bool:
        return (_name_of(operation) or "") in self.schema_readers

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Return the operation of this name, or the only operation if there is no name.

        Raise `InvalidDocumentError` if no operation has the name, or if there are several and no name.
        """
        operations = [
            definition
            for definition in self.node.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]
        found = [each for each in operations if not name or _name_of(each) == name]
        if len(found) == 1:
            return found[0]
        raise InvalidDocumentError([GraphQLError(_describe_choice(operations, name))])


def _name_of(operation: OperationDefinitionNode) -> str | None:
    return operation.name.value if operation.name else None


def _describe_choice(operations: Sequence[OperationDefinitionNode], name: str | None) -> str:
    """Return the message for a name that does not select one of the operations."""
    names = ", ".join(_name_of(each) or "-" for each in operations[:_SHOWN_OPERATIONS])
    if len(operations) > _SHOWN_OPERATIONS:
        names += ", ..."
    if name:
        template = _("The document has no operation {name}. Its operations: {names}.")
        return template.format(name=repr(name[:_SHOWN_LENGTH]), names=names)
    template = _(
        "The document has {count} operations: {names}. Send the name of one of them as operationName."
    )
    return template.format(count=len(operations), names=names)


# The end of some messages. graphql-core's rule about fields without subfields ignores ``hide_suggestions``.
_SUGGESTION = re.compile(r" Did you mean [^?]*\?$")

document_cache: DocumentCache[PreparedDocument] = DocumentCache(
    characters=_PROTECTED_CHARACTERS, probation_characters=_PROBATION_CHARACTERS
)


def load_document(text: str, *, hide_suggestions: bool = False) -> PreparedDocument:
    """Return the document from the cache, or parse and validate it.

    With ``hide_suggestions``, errors do not suggest names of the schema.

    Raises `InvalidDocumentError`, and `LimitExceededError` for a document that exceeds a limit.
    """
    document = document_cache.get(text)
    (_MISS if document is None else _HIT).inc()
    if document is None:
        document = _read(text, hide_suggestions=hide_suggestions)
        document_cache.put(text, document)
    return document


def is_known_document(text: str) -> bool:
    """Return whether `load_document` need not parse the document."""
    return document_cache.get(text) is not None


@with_large_stack_chunk
def _read(text: str, *, hide_suggestions: bool) -> PreparedDocument:
    """Parse, validate and analyse ``text``. The cheapest checks come first, so that a rejected document has cost little."""
    try:
        check_text(text)
        node = parse(text)
        check_selections(node)
        errors = _validate(node, hide_suggestions=hide_suggestions)
    except GraphQLError as error:
        raise InvalidDocumentError([error]) from None
    if errors:
        raise InvalidDocumentError(errors)
    names = _Names()
    visit(node, names)
    return PreparedDocument(
        text=text,
        hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        node=node,
        columns=columns_of(names.fields),
        introspects=not names.fields.isdisjoint(INTROSPECTION),
        schema_readers=frozenset(
            _name_of(definition) or ""
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
            and root_fields(definition, node) <= INTROSPECTION
        ),
        cost=QueryCost(graphql_schema(schema), node),
        plans=PlanCache(names.conditions),
        executables={
            _name_of(definition) or "": _without_variables(definition, node)
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
        },
    )


def _without_variables(operation: OperationDefinitionNode, node: DocumentNode) -> DocumentNode:
    """Return a document with ``operation``, which declares no variables, and all fragments. Selections are the same nodes."""
    declared = replace(operation, variable_definitions=())
    fragments = [each for each in node.definitions if isinstance(each, FragmentDefinitionNode)]
    return DocumentNode(definitions=(declared, *fragments))


def _validate(node: DocumentNode, *, hide_suggestions: bool) -> list[GraphQLError]:
    errors = validate(
        graphql_schema(schema), node, max_errors=_MAX_ERRORS, hide_suggestions=hide_suggestions
    )
    if hide_suggestions:
        for error in errors:
            error.message = _SUGGESTION.sub("", error.message)
    if any(isinstance(error.original_error, ValueError) for error in errors):
        # Python refuses to read a number of several thousand digits.
        return [GraphQLError(_("The document contains a number that is too long."))]
    if is_aborted(errors) and len(errors) <= _MAX_ERRORS:
        template = _(
            "Merging the repeated fields of the document exceeds the limit of {limit} comparisons. "
            "Select each field once."
        )
        limit = settings.MAX_DOCUMENT_COMPARISONS
        raise LimitExceededError(template.format(limit=limit), limit=limit)
    return errors


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
