"""Run a change once, however often it is requested.

A client names a change with a key. The key is stored in the transaction of the change, together with what identifies the result.
Whoever sends the same key again gets that result, also from another process, and also if the first response was lost. While the first
request runs, the second one waits for its transaction: if that is rolled back, the second request does the work.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.db.bulk import insert_rows
from primepath.domain.errors import UserErrorCode, ValidationFailedError
from primepath.models import IdempotencyKey
from primepath.services.change_sets import current_change_set
from primepath.services.rows import max_length
from primepath.services.validation import ValidationErrors

KEPT = timedelta(hours=24)
"""A key is kept for at least this time."""
MAX_KEY_LENGTH = max_length(IdempotencyKey, "key")

T = TypeVar("T")

_COLUMNS = ("user_id", "key", "operation", "input_digest", "created_at")


class NamedChange(NamedTuple):
    """A change that a client has named with a key. ``input_digest`` identifies its input."""

    user_id: int
    key: str
    operation: str
    input_digest: str


class Repeated(NamedTuple):
    """The result of an earlier request with the same key, as it is stored: see `IdempotencyKey`."""

    result: Any
    change_set_id: UUID | None


class Done(NamedTuple, Generic[T]):
    """The result of a change that was made just now."""

    result: T
    change_set_id: UUID | None


def run_once(
    change: NamedChange, service: Callable[[], T], identify: Callable[[T], Any]
) -> Done[T] | Repeated:
    """Run ``service`` in a transaction, unless it has run for this key. ``identify`` returns JSON that identifies its result.

    If the service raises, nothing is stored, and the key can be used again.

    Error codes: ``BLANK``, ``TOO_LONG`` and ``INVALID_CHARACTERS`` for the key, and ``IDEMPOTENCY_KEY_REUSED`` if the key was used for
    another operation or input.
    """

    def plan() -> None:
        with transaction.atomic():
            service()
            transaction.set_rollback(True)

    check_key(change.key, plan)
    with transaction.atomic():
        if not _reserve(change):
            return _find(change)
        result = service()
        id = current_change_set().id
        _row(change).update(result=identify(result), change_set_id=id)
    return Done(result, id)


def check_key(key: str, plan: Callable[[], object]) -> None:
    """Raise `ValidationFailedError` if the key is invalid, together with the errors of ``plan``, which saves nothing."""
    errors = ValidationErrors()
    errors.check_text(key, "idempotency_key", limit=MAX_KEY_LENGTH, required=True)
    if not list(errors):
        return
    try:
        plan()
    except ValidationFailedError as rejected:
        errors = ValidationErrors([*errors, *rejected.errors])
    errors.raise_if_any()


def _reserve(change: NamedChange) -> bool:
    """Store the key. Return False if it is stored already. Waits for other transactions that store it."""
    now = timezone.now()
    row = (*change, now)
    inserted = insert_rows(
        IdempotencyKey, _COLUMNS, [row], on_conflict="DO NOTHING", returning=("id",)
    )
    if inserted:
        return True
    expired = _row(change).filter(created_at__lt=now - KEPT)
    return bool(
        expired.update(
            operation=change.operation,
            input_digest=change.input_digest,
            result=None,
            change_set_id=None,
            created_at=now,
        )
    )


def _find(change: NamedChange) -> Repeated:
    operation, input_digest, result, change_set_id = (
        _row(change).values_list("operation", "input_digest", "result", "change_set_id").get()
    )
    if operation != change.operation or input_digest not in {change.input_digest, ""}:
        errors = ValidationErrors()
        template = _("This idempotency key was already used for another mutation or input.")
        errors.add(UserErrorCode.IDEMPOTENCY_KEY_REUSED, template, "idempotency_key")
        errors.raise_if_any()
    return Repeated(result, change_set_id)


def _row(change: NamedChange) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(user=change.user_id, key=change.key)
