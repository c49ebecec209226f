"""Errors as a client sees them: a code to act on, and nothing that is not meant for them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import GraphQLError, GraphQLFormattedError
from strawberry.exceptions import StrawberryInputCoercionError

from primepath.domain.errors import ErrorCode, PrimePathError
from primepath.server.timeouts import is_timeout

logger = logging.getLogger("primepath.errors")

# What graphql-core says of a value can quote the value, with an indented line for each of its parts.
_MAX_MESSAGE_LENGTH = 1_000

DATABASE_TOOK_TOO_LONG = (
    "The database took too long to answer this. Try again, or ask for less at once."
)


class HttpError(Exception):
    """A request is answered with this error before its document is looked at."""

    def __init__(
        self, status: int, code: ErrorCode, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}


def error(code: ErrorCode, message: str, **extensions: Any) -> GraphQLFormattedError:
    """An error of the response."""
    return {"message": message, "extensions": {"code": code, **extensions}}


def internal_error(request_id: str) -> GraphQLFormattedError:
    """What a client is told of a fault of ours. The log has the rest, under the same request id."""
    return error(
        ErrorCode.INTERNAL,
        f"Something went wrong on our side. If it happens again, tell your administrators the request id {request_id}.",
        requestId=request_id,
    )


def format_errors(errors: Iterable[GraphQLError], request_id: str) -> list[GraphQLFormattedError]:
    """The errors of an operation, ready to be sent.

    What was not foreseen is logged whole, once, and masked. That something took too long is logged once an operation.
    """
    logged: set[object] = set()
    return [_format(each, request_id, logged) for each in errors]


def _format(each: GraphQLError, request_id: str, logged: set[object]) -> GraphQLFormattedError:
    cause = _cause(each)
    if is_timeout(cause):
        formatted = error(ErrorCode.TIMEOUT, DATABASE_TOOK_TOO_LONG)
    elif isinstance(cause, PrimePathError):
        formatted = error(cause.code, str(cause))
    elif cause is None:
        formatted = error(ErrorCode.BAD_USER_INPUT, _shorten(each.message))
    else:
        formatted = internal_error(request_id)
        # One failed batch fails many fields.
        if id(cause) not in logged:
            logged.add(id(cause))
            logger.error("Request %s failed at %s", request_id, each.path, exc_info=cause)
    code = formatted["extensions"]["code"]
    if code == ErrorCode.TIMEOUT and code not in logged:
        logged.add(code)
        logger.warning("Request %s took too long at %s: %s", request_id, each.path, cause)
    if each.locations:
        formatted["locations"] = [location.formatted for location in each.locations]
    if each.path is not None:
        formatted["path"] = each.path
    return formatted


def _shorten(message: str) -> str:
    too_long = len(message) > _MAX_MESSAGE_LENGTH
    return f"{message[:_MAX_MESSAGE_LENGTH]}..." if too_long else message


def _cause(each: GraphQLError) -> Exception | None:
    """What made the error; None where GraphQL itself found fault with the request."""
    cause: Exception | None = each.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, StrawberryInputCoercionError):
        return None
    if cause is not None and not isinstance(cause, GraphQLError):
        return cause
    # Without a path it was not run at all. Later, what GraphQL says of an argument points into the document, and what
    # it says of a value that we gave it does not.
    if each.path is None or (cause is not None and cause.nodes):
        return None
    return cause or each
