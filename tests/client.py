"""Helpers that run an operation without HTTP."""

from __future__ import annotations

from typing import Any

from strawberry.types import ExecutionResult

from primepath.domain.viewer import Viewer
from schema.errors import format_errors
from schema.operation.execute import execute
from schema.operation.prepare import OperationRejectedError, prepare


def run(
    document: str,
    viewer: Viewer | None,
    variables: dict[str, Any] | None = None,
    **options: Any,
) -> ExecutionResult:
    """Prepare and execute an operation. ``options`` are passed to `execute`."""
    try:
        operation = prepare(document, variables=variables, viewer=viewer)
    except OperationRejectedError as rejected:
        return ExecutionResult(data=None, errors=rejected.errors)
    return execute(operation, **options)


def answer(
    document: str,
    viewer: Viewer | None,
    variables: dict[str, Any] | None = None,
    *,
    may_store: bool = True,
) -> dict[str, Any]:
    """Return the response: ``data`` and ``errors``."""
    result = run(document, viewer, variables, may_store=may_store)
    response: dict[str, Any] = {"data": result.data}
    if result.errors:
        response["errors"] = format_errors(result.errors, "test")
    return response


def data(
    document: str, viewer: Viewer | None, variables: dict[str, Any] | None = None, **options: Any
) -> Any:
    """Return the data of a response that must have no errors."""
    response = answer(document, viewer, variables, **options)
    assert "errors" not in response, response["errors"]
    return response["data"]


def error_codes(response: dict[str, Any]) -> dict[str, str]:
    """Return the code of each error by path: ``{"nodes.1": "BAD_USER_INPUT"}``."""
    return {
        ".".join(map(str, each.get("path", []))): each["extensions"]["code"]
        for each in response.get("errors", [])
    }
