"""Delete rows that are no longer needed: expired sessions and files, ended tokens, old counts of attempts, and old history.

Rows are deleted in small transactions, so other writers wait for a few milliseconds at most. An interrupted run has done
a part of the work, and the next one does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet

from primepath.models import ApiToken, AttemptCount, IdempotencyKey, StoredFile
from primepath.services.history import delete_entries, entries_before
from primepath.services.idempotency import KEPT as KEYS_KEPT

_BATCH = 500


class Prunable(NamedTuple):
    """Rows to delete: what they are, in the plural, and how to select and to delete them."""

    name: str
    rows: QuerySet[Any]
    delete: Callable[[QuerySet[Any]], int]


def fewest_history_days() -> int:
    """Return for how many days the history must be kept.

    A client with a valid sync token needs all entries since. A transaction can end up to a day after it wrote its entry.
    """
    return settings.SYNC_TOKEN_DAYS + 1


def prunable(
    now: datetime, *, token_days: int, history_days: int | None = None
) -> Iterator[Prunable]:
    """Yield what can be deleted.

    Tokens are kept for ``token_days`` after they expired or were revoked. The history is kept for ``history_days``, which
    must be at least `fewest_history_days`, or forever if it is None.
    """
    yield Prunable("Expired sessions", Session.objects.filter(expire_date__lt=now), _delete)
    ended = now - timedelta(days=token_days)
    tokens = ApiToken.objects.filter(Q(expires_at__lt=ended) | Q(revoked_at__lt=ended))
    yield Prunable("Ended tokens", tokens, _delete)
    counts = AttemptCount.objects.filter(expires_at__lt=now)
    yield Prunable("Counts of failed sign-ins", counts, _delete)
    yield Prunable("Expired files", StoredFile.objects.filter(expires_at__lte=now), _delete)
    keys = IdempotencyKey.objects.filter(created_at__lt=now - KEYS_KEPT)
    yield Prunable("Idempotency keys", keys, _delete)
    if history_days is not None:
        assert history_days >= fewest_history_days()
        entries = entries_before(now - timedelta(days=history_days))
        yield Prunable("Old history entries", entries, delete_entries)


def prune(what: Prunable) -> int:
    """Delete the rows in batches, and return their number."""
    deleted = 0
    while keys := list(what.rows.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        # The condition again: a session can have been used in the meantime.
        with transaction.atomic():
            number = what.delete(what.rows.filter(pk__in=keys))
        deleted += number
    return deleted


def _delete(rows: QuerySet[Any]) -> int:
    return rows.delete()[0]
