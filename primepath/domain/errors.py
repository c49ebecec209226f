"""Errors that a caller can act on.

A `PrimePathError` rejects a request or a field. A `ValidationFailedError` rejects the input of a service and lists
everything that is wrong with it. Any other exception is a bug, and its message is not shown to callers.

The domain knows no language: whoever raises an error passes the translated message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

# Larger integers lose digits in JavaScript and in many JSON parsers.
_MAX_EXACT_INTEGER = 2**53 - 1


class ErrorCode(StrEnum):
    """Reason why a request or a field was rejected."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    OVERLOADED = "OVERLOADED"
    SYNC_TOKEN_EXPIRED = "SYNC_TOKEN_EXPIRED"  # noqa: S105
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    INTERNAL = "INTERNAL"


class PrimePathError(Exception):
    """Base of all errors with a message for the caller."""

    code: ErrorCode

    @property
    def extensions(self) -> Mapping[str, object]:
        """Values of the message for programs."""
        return {}


class UnauthenticatedError(PrimePathError):
    """The request is anonymous, or its credentials are invalid."""

    code = ErrorCode.UNAUTHENTICATED


class ForbiddenError(PrimePathError):
    """The viewer is signed in but not allowed to do this."""

    code = ErrorCode.FORBIDDEN


class BadUserInputError(PrimePathError):
    """A value in the request is invalid."""

    code = ErrorCode.BAD_USER_INPUT


class LimitExceededError(PrimePathError):
    """The request exceeds a limit."""

    code = ErrorCode.LIMIT_EXCEEDED

    def __init__(self, message: str, *, limit: float, actual: int | None = None) -> None:
        """``actual``: the value that exceeds ``limit``, or None if it was not counted to the end."""
        super().__init__(message)
        self.limit = limit
        self.actual = actual

    @property
    def extensions(self) -> Mapping[str, object]:
        if self.actual is None or self.actual > _MAX_EXACT_INTEGER:
            return {"limit": self.limit}
        return {"limit": self.limit, "actual": self.actual}


class SyncTokenExpiredError(PrimePathError):
    """A sync token was valid and can no longer be used. The client has to start again."""

    code = ErrorCode.SYNC_TOKEN_EXPIRED


class DocumentNotTrustedError(PrimePathError):
    """The server runs registered documents only, and this one is not registered."""

    code = ErrorCode.DOCUMENT_NOT_TRUSTED


class DocumentNotFoundError(PrimePathError):
    """No document has this id."""

    code = ErrorCode.PERSISTED_QUERY_NOT_FOUND


class TimeLimitExceededError(PrimePathError):
    """The operation exceeded its time limit. Mutations that completed before that are saved."""

    code = ErrorCode.TIMEOUT

    def __init__(self, message: str, *, limit: float | None = None) -> None:
        """``limit``: seconds that an operation can take."""
        super().__init__(message)
        self.limit = limit

    @property
    def extensions(self) -> Mapping[str, object]:
        return {} if self.limit is None else {"limit": self.limit}


class RetryLaterError(PrimePathError):
    """Base of the errors after which the same request can succeed, ``retry_after_seconds`` later."""

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds

    @property
    def extensions(self) -> Mapping[str, object]:
        return {"retryAfterSeconds": self.retry_after_seconds}


class UnavailableError(RetryLaterError):
    """The database cannot answer at the moment."""

    code = ErrorCode.UNAVAILABLE


class OverloadedError(RetryLaterError):
    """The server has too much to do."""

    code = ErrorCode.OVERLOADED


class UserErrorCode(StrEnum):
    """Reason why a part of a mutation's input was rejected."""

    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    INVALID_ID = "INVALID_ID"
    INVALID_CHARACTERS = "INVALID_CHARACTERS"
    EXAM_TYPE_MISMATCH = "EXAM_TYPE_MISMATCH"
    EXAM_YEAR_MISMATCH = "EXAM_YEAR_MISMATCH"
    CELL_LOCKED = "CELL_LOCKED"
    NOT_EMPTY = "NOT_EMPTY"
    EXAM_INACTIVE = "EXAM_INACTIVE"
    STALE_VERSION = "STALE_VERSION"
    INVALID_STATUS = "INVALID_STATUS"
    INVALID_TIME_RANGE = "INVALID_TIME_RANGE"
    DATE_OUTSIDE_PERIOD = "DATE_OUTSIDE_PERIOD"
    YEAR_OUT_OF_RANGE = "YEAR_OUT_OF_RANGE"
    ALREADY_DECIDED = "ALREADY_DECIDED"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    RATE_LIMITED = "RATE_LIMITED"
    DUPLICATE = "DUPLICATE"
    BLANK = "BLANK"
    TOO_LONG = "TOO_LONG"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    CHANGED_SINCE = "CHANGED_SINCE"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    WEAK_PASSWORD = "WEAK_PASSWORD"  # noqa: S105


@dataclass(frozen=True, slots=True)
class InputError:
    """An error in the input of a service.

    ``path``: the service's parameter (or the key of a TypedDict that it takes), then a position in a list.
    Empty if the error concerns the whole input. Names are Python names.
    ``template``: the message, already translated, with named placeholders for ``values``. ``{field}`` is for
    the field's name, which whoever shows the message knows: a form has labels, GraphQL has names of its own.
    """

    code: UserErrorCode
    template: str
    path: tuple[str | int, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def field_name(self) -> str | None:
        """Python name of the last field in ``path``, None for an error that concerns the whole input."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), None)

    @property
    def retry_after_seconds(self) -> int | None:
        """Seconds to wait before the same input can be accepted, None if waiting does not help."""
        seconds = self.values.get("retry_after_seconds")
        return seconds if isinstance(seconds, int) else None

    def message_for(self, field: str) -> str:
        """Return the message, with ``field`` as the name of the field."""
        return self.template.format(field=field, **self.values)


class ValidationFailedError(Exception):
    """A service rejected its input and saved nothing. ``errors`` lists everything that is wrong with the input."""

    def __init__(self, errors: Sequence[InputError], current: object = None) -> None:
        """``current``: the object that the change was about, in its current state, if the viewer can see it."""
        super().__init__("; ".join(each.message_for(each.field_name or "input") for each in errors))
        self.errors = tuple(errors)
        self.current = current
