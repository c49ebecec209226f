"""Objects that were imported from another database."""

from __future__ import annotations

from django.db import models

from primepath.db.fields import BinaryTextField


class ImportedRow(models.Model):
    """A row of another database, and the object that the import made.

    ``source`` is the name of the other database, ``table`` and ``key`` identify the row there. ``digest`` identifies the values
    that were imported. ``left_as`` identifies the state in which the import left the object: its version, or a digest of its
    values. So a later import knows which of the two has changed since.
    """

    source = BinaryTextField(max_length=100)
    table = BinaryTextField(max_length=64)
    key = BinaryTextField(max_length=255)
    target = BinaryTextField(max_length=64)
    digest = BinaryTextField(max_length=32)
    left_as = BinaryTextField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "table", "key"], name="imported_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.table} {self.key}"
