"""Files that wait to be imported or downloaded."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from primepath.db.constraints import choices, one_of
from primepath.db.fields import BinaryTextField
from primepath.domain.stored_file import FilePurpose


class StoredFile(models.Model):
    """A file in the database, so that every process and machine of the server has it. It is deleted after ``expires_at``.

    The owner has a random text: the id of an upload, or the last part of an address. The key is its SHA-256 digest.
    """

    digest = BinaryTextField(primary_key=True, max_length=64, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stored_files"
    )
    purpose = models.CharField(max_length=8, choices=choices(FilePurpose))
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [one_of("purpose", FilePurpose, name="file_purpose_known")]

    def __str__(self) -> str:
        return self.name
