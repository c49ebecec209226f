"""Documents that the operator has registered."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from primepath.db.fields import BinaryTextField


class TrustedDocument(models.Model):
    """A GraphQL document that clients can name by its id; see `primepath.services.documents`.

    ``document_id`` is the id of the client's manifest, without the prefix ``sha256:``. ``sha256``: hexadecimal digest of ``text``.
    ``name``: the names of its operations.
    """

    document_id = BinaryTextField(max_length=200, unique=True)
    sha256 = BinaryTextField(max_length=64, db_index=True)
    name = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    registered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "document_id"]

    def __str__(self) -> str:
        return self.name or self.document_id
