"""The check of an operation, before anything runs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    VariableValues,
    get_variable_values,
)
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from primepath.domain.errors import ForbiddenError, PrimePathError, UnauthenticatedError
from primepath.domain.viewer import Viewer
from primepath.domain.visibility import Visibility
from schema.build import schema
from schema.execution.core import graphql_schema
from schema.execution.plan_cache import PlansByVariables
from schema.limits import check_variables
from schema.operation.document import InvalidDocumentError, load_document

_MAX_ERRORS = 50


class OperationRejectedError(Exception):
    """An operation that cannot run. ``errors`` lists the reasons; the response has no data."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


class PreparedOperation(NamedTuple):
    """An operation that ``viewer`` is allowed to run, within all limits that can be checked before it runs.

    ``text``, ``name``, the coerced ``variables`` and ``viewer`` identify it. The other attributes follow from these and
    from the settings. ``document_hash`` is the SHA-256 of ``text``. ``executable`` is the part of ``document`` that graphql-core executes with these variables.
    ``reads_schema_only``: whether it is introspection and nothing else.
    """

    text: str
    document_hash: str
    definition: OperationDefinitionNode
    variables: VariableValues
    viewer: Viewer | None
    document: DocumentNode
    executable: DocumentNode
    columns: frozenset[str]
    plans: PlansByVariables
    hide_suggestions: bool
    reads_schema_only: bool

    @property
    def name(self) -> str | None:
        return self.definition.name.value if self.definition.name else None

    @property
    def type(self) -> OperationType:
        return OperationType(self.definition.operation.value)


def prepare(
    text: str | None,
    *,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
    viewer: Viewer | None,
    allowed: Collection[OperationType] = tuple(OperationType),
) -> PreparedOperation:
    """Return the operation ``operation_name`` of the document ``text``, ready to be executed for ``viewer``.

    Raises `MissingQueryError` if there is no text, and `InvalidOperationTypeError` if the type of the operation is not
    ``allowed``. Raises `OperationRejectedError` for all other reasons.
    """
    if not text:
        raise MissingQueryError
    hide_suggestions = not settings.FIELD_SUGGESTIONS.includes(viewer)
    try:
        document = load_document(text, hide_suggestions=hide_suggestions)
        definition = document.operation(operation_name)
        operation_type = OperationType(definition.operation.value)
        if operation_type not in allowed:
            raise InvalidOperationTypeError(operation_type)
        if document.introspects:
            _check_introspection(viewer)
        check_variables(variables or {})
        coerced = _coerce(definition, variables or {}, hide_suggestions=hide_suggestions)
        document.cost.check(definition, coerced.coerced)
    except InvalidDocumentError as invalid:
        raise OperationRejectedError(invalid.errors) from None
    except PrimePathError as error:
        raise OperationRejectedError([GraphQLError(str(error), original_error=error)]) from error
    return PreparedOperation(
        text=text,
        document_hash=document.hash,
        definition=definition,
        variables=coerced,
        viewer=viewer,
        document=document.node,
        executable=document.executable(definition),
        columns=document.columns,
        plans=document.plans.plans_for,
        hide_suggestions=hide_suggestions,
        reads_schema_only=document.reads_schema_only(definition),
    )


def _check_introspection(viewer: Viewer | None) -> None:
    """Raise `UnauthenticatedError` or `ForbiddenError` if the viewer cannot use introspection."""
    if settings.INTROSPECTION.includes(viewer):
        return
    if settings.INTROSPECTION is Visibility.SIGNED_IN:
        raise UnauthenticatedError(_("Sign in to read the schema."))
    raise ForbiddenError(_("Introspection is disabled on this server."))


def _coerce(
    operation: OperationDefinitionNode, variables: dict[str, Any], *, hide_suggestions: bool
) -> VariableValues:
    """Return the variables as their types read them. Raise `InvalidDocumentError` if a value has the wrong type.

    Limits and plans depend on these values, never on what the client sent.
    """
    values = get_variable_values(
        graphql_schema(schema),
        operation.variable_definitions or (),
        variables,
        max_errors=_MAX_ERRORS,
        hide_suggestions=hide_suggestions,
    )
    if isinstance(values, list):
        raise InvalidDocumentError(values)
    return values
