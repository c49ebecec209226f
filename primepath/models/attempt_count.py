"""Counters of limits that all processes share."""

from __future__ import annotations

from django.db import models


class AttemptCount(models.Model):
    """Number of attempts with a name, such as an account's failed sign-ins, until ``expires_at``.

    Used if there is no Redis; see `primepath.services.attempts`.
    """

    name = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name
