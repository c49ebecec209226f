"""Counters in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone

from primepath.models import AttemptCount

# Both databases lock the rows of one statement in the order of the values, so callers that sort do not block each other.
_ADD = """
INSERT INTO primepath_attemptcount (name, count, expires_at) VALUES {rows}
ON CONFLICT (name) DO UPDATE SET
  count = CASE WHEN primepath_attemptcount.expires_at <= %s THEN 1 ELSE primepath_attemptcount.count + 1 END,
  expires_at = CASE WHEN primepath_attemptcount.expires_at <= %s
    THEN excluded.expires_at ELSE primepath_attemptcount.expires_at END
RETURNING name, count
"""


class DatabaseCounts:
    """Counters in a table, each added to by one atomic statement."""

    errors: tuple[type[Exception], ...] = (Error,)

    def add(self, names: Sequence[str], *, seconds: int) -> list[int]:
        moment = timezone.now()
        now = connection.ops.adapt_datetimefield_value(moment)
        expiry = connection.ops.adapt_datetimefield_value(moment + timedelta(seconds=seconds))
        values = [value for name in sorted(names) for value in (name, expiry)]
        rows = ", ".join(["(%s, 1, %s)"] * len(names))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ADD.format(rows=rows), [*values, now, now])
            counts = dict(cursor.fetchall())
            if 1 in counts.values():
                AttemptCount.objects.filter(expires_at__lte=moment).delete()
        return [counts[name] for name in names]

    def take_back(self, names: Sequence[str]) -> None:
        with transaction.atomic():
            AttemptCount.objects.filter(name__in=names, count__gt=0).update(count=F("count") - 1)

    def reset(self, name: str) -> None:
        with transaction.atomic():
            AttemptCount.objects.filter(name=name).delete()
