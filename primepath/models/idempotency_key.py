"""Keys that make the retry of a change safe."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from primepath.db.fields import BinaryTextField


class IdempotencyKey(models.Model):
    """A change that a client has named, so that a retry finds it. See `primepath.services.idempotency`.

    ``input_digest``: SHA-256 digest of the input. It is empty for keys of exams from before this table existed: their input is not known.
    ``result``: what identifies the objects of the result, as JSON. ``change_set_id`` is None if nothing changed.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idempotency_keys"
    )
    key = BinaryTextField(max_length=255)
    operation = models.CharField(max_length=64)
    input_digest = models.CharField(max_length=64, blank=True)
    result = models.JSONField(null=True)
    change_set_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once_a_user")
        ]

    def __str__(self) -> str:
        return str(self.key)
