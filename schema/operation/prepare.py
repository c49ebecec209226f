"""The check of an operation, before anything runs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from primepath.domain.errors import ForbiddenError, PrimePathError, UnauthenticatedError
from primepath.domain.viewer import Viewer
from primepath.domain.visibility import Visibility
from schema.execution.plan_cache import PlansByVariables
from schema.limits import check_variables
from schema.operation.document import InvalidDocumentError, load_document


class OperationRejectedError(Exception):
    """An operation that cannot run. ``errors`` lists the reasons; the response has no data."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


class PreparedOperation(NamedTuple):
    """An operation that ``viewer`` is allowed to run, within all limits that can be checked before it runs.

    ``text``, ``name``, ``variables`` and ``viewer`` identify it. The other attributes follow from these and from the
    settings.
    """

    text: str
    definition: OperationDefinitionNode
    variables: dict[str, Any] | None
    viewer: Viewer | None
    document: DocumentNode
    columns: frozenset[str]
    plans: PlansByVariables
    hide_suggestions: bool

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
        document.cost.check(definition, variables or {})
    except InvalidDocumentError as invalid:
        raise OperationRejectedError(invalid.errors) from None
    except PrimePathError as error:
        raise OperationRejectedError([GraphQLError(str(error), original_error=error)]) from error
    return PreparedOperation(
        text=text,
        definition=definition,
        variables=variables,
        viewer=viewer,
        document=document.node,
        columns=document.columns,
        plans=document.plans.plans_for,
        hide_suggestions=hide_suggestions,
    )


def _check_introspection(viewer: Viewer | None) -> None:
    """Raise `UnauthenticatedError` or `ForbiddenError` if the viewer cannot use introspection."""
    if settings.INTROSPECTION.includes(viewer):
        return
    if settings.INTROSPECTION is Visibility.SIGNED_IN:
        raise UnauthenticatedError(_("Sign in to read the schema."))
    raise ForbiddenError(_("Introspection is disabled on this server."))
