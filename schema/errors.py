"""Errors as a client sees them: a code, a message, and no internal details."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from graphql import GraphQLError, GraphQLFormattedError
from prometheus_client import Counter
from strawberry.exceptions import StrawberryInputCoercionError

from primepath.domain.errors import (
    ErrorCode,
    PrimePathError,
    RetryLaterError,
    TimeLimitExceededError,
)
from primepath.server.database_failures import (
    DatabaseFailure,
    can_be_read_again,
    database_failure,
    describe_failure,
)

FAILURES = Counter(
    "primepath_failures_total",
    f"Failures of the server, once for each operation and cause: {', '.join(DatabaseFailure)}, time-limit or internal.",
    ["cause"],
)
_TIME_LIMIT = "time-limit"
_INTERNAL = "internal"
# From 0 on, because Prometheus sees no increase in a series that begins with 1.
for _each in (*DatabaseFailure, _TIME_LIMIT, _INTERNAL):
    FAILURES.labels(_each)

logger = logging.getLogger("primepath.errors")

# graphql-core's messages can quote a whole value, with a line for each of its parts.
_MAX_MESSAGE_LENGTH = 1_000
RETRY_AFTER_SECONDS = 1
_UNAVAILABLE = {
    DatabaseFailure.POOL,
    DatabaseFailure.CONNECTION,
    DatabaseFailure.READ_ONLY,
    DatabaseFailure.OUTCOME_UNKNOWN,
}

SAVED = "primepath.saved"
"""The extension of an error in which `schema.operation.saved_errors` reports that the mutation was saved."""


class HttpError(Exception):
    """Rejects an HTTP request before its document is read."""

    def __init__(
        self,
        status: int,
        code: ErrorCode,
        message: str,
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}
        self.extensions = extensions


def error(code: ErrorCode, message: str, **extensions: Any) -> GraphQLFormattedError:
    """Return an error for the response."""
    return {"message": message, "extensions": {"code": code, **extensions}}


def internal_error(request_id: str) -> GraphQLFormattedError:
    """Return the error for an unexpected exception. The log has its details, under the same request id."""
    template = _(
        "Internal server error. If it happens again, send your administrator this request ID: {request_id}"
    )
    return error(ErrorCode.INTERNAL, template.format(request_id=request_id), requestId=request_id)


def database_error(failure: DatabaseFailure) -> GraphQLFormattedError:
    """Return the error for a failure of the database."""
    match failure:
        case DatabaseFailure.POOL:
            message = _("The server has no free connection to its database. Try again in a moment.")
            return error(ErrorCode.OVERLOADED, message, retryAfterSeconds=RETRY_AFTER_SECONDS)
        case DatabaseFailure.CONNECTION:
            message = _("The server has no connection to its database. Try again later.")
            return error(ErrorCode.UNAVAILABLE, message, retryAfterSeconds=RETRY_AFTER_SECONDS)
        case DatabaseFailure.READ_ONLY:
            message = _("The database does not accept changes at the moment. Try again later.")
            return error(ErrorCode.UNAVAILABLE, message, retryAfterSeconds=RETRY_AFTER_SECONDS)
        case DatabaseFailure.OUTCOME_UNKNOWN:
            message = _(
                "The server lost its database while it saved the change. The change may or may not be saved. "
                "Load the affected data again before you repeat the change."
            )
            return error(ErrorCode.UNAVAILABLE, message, mayBeSaved=True)
        case DatabaseFailure.LOCK:
            message = _("The database is locked by another change. Try again in a moment.")
            return error(ErrorCode.TIMEOUT, message, retryAfterSeconds=RETRY_AFTER_SECONDS)
        case DatabaseFailure.STATEMENT:
            message = _("The database did not respond in time. Try again, or request less data.")
            return error(ErrorCode.TIMEOUT, message)


def is_unavailable(errors: Iterable[GraphQLError]) -> bool:
    """Return whether each error is because of the database or too much work, so that the operation can succeed later.

    False if an error is in the payload of a mutation that was saved.
    """
    return all(
        SAVED not in (each.extensions or {})
        and (
            isinstance(cause := _cause(each), RetryLaterError)
            or database_failure(cause) in _UNAVAILABLE
        )
        for each in errors
    )


def seconds_to_retry(errors: Iterable[GraphQLError]) -> int | None:
    """Return after how many seconds to send an operation again that ended with these errors of `is_unavailable`.

    None if a change was possibly saved, so that the client should look first.
    """
    seconds = RETRY_AFTER_SECONDS
    for each in errors:
        cause = _cause(each)
        if isinstance(cause, RetryLaterError):
            seconds = max(seconds, cause.retry_after_seconds)
        elif database_failure(cause) is DatabaseFailure.OUTCOME_UNKNOWN:
            return None
    return seconds


def can_run_again(errors: Iterable[GraphQLError]) -> bool:
    """Return whether a read with these errors lost its connection and can succeed on another one."""
    return any(can_be_read_again(_cause(each)) for each in errors)


def log_failure(failure: DatabaseFailure, cause: BaseException | None, place: str) -> None:
    """Count and log a failure of the database. ``place`` names the request, and the field if it is known."""
    FAILURES.labels(failure).inc()
    logger.warning("%s, database %s", place, describe_failure(failure, cause))


def log_internal_error(cause: BaseException | None, place: str) -> None:
    """Count and log an unexpected exception, with its traceback."""
    FAILURES.labels(_INTERNAL).inc()
    logger.error("%s", place, exc_info=cause)


def format_errors(errors: Iterable[GraphQLError], request_id: str) -> list[GraphQLFormattedError]:
    """Return the errors of an operation in the format of the response.

    An unexpected exception is masked, and logged once with its traceback. Timeouts are logged once an operation.
    """
    logged: set[object] = set()
    return [_format(each, request_id, logged) for each in errors]


def _format(each: GraphQLError, request_id: str, logged: set[object]) -> GraphQLFormattedError:
    cause = _cause(each)
    if failure := database_failure(cause):
        formatted = database_error(failure)
    elif isinstance(cause, PrimePathError):
        formatted = error(cause.code, str(cause), **cause.extensions)
    elif cause is None:
        formatted = error(ErrorCode.BAD_USER_INPUT, _shorten(each.message))
    else:
        formatted = internal_error(request_id)
        # One failed batch fails many fields.
        if id(cause) not in logged:
            logged.add(id(cause))
            log_internal_error(cause, f"Request {request_id} failed at {each.path}")
    formatted["extensions"] |= (each.extensions or {}).get(SAVED, {})
    if failure and failure not in logged:
        logged.add(failure)
        log_failure(failure, cause, f"Request {request_id} failed at {each.path}")
    elif isinstance(cause, TimeLimitExceededError) and TimeLimitExceededError not in logged:
        logged.add(TimeLimitExceededError)
        FAILURES.labels(_TIME_LIMIT).inc()
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
    """Return the exception behind an error, or None if GraphQL itself rejected the request."""
    cause: Exception | None = each.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, StrawberryInputCoercionError):
        return None
    if cause is not None and not isinstance(cause, GraphQLError):
        return cause
    # Without a path, the operation did not run. With a path, an error about an argument points into the document. An
    # error about a value that a resolver returned does not.
    if each.path is None or (cause is not None and cause.nodes):
        return None
    return cause or each
