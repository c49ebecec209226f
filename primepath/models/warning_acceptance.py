"""Warnings that the school has accepted."""

from __future__ import annotations

from django.db import models

from primepath.db.fields import BinaryTextField
from primepath.models.teacher import Teacher


class WarningAcceptance(models.Model):
    """The acceptance of one warning.

    ``facts`` is a digest of the warning and of all that it follows from: the dates, times, rooms and invigilators of its cells.
    When one of these changes, no warning has the digest, and the acceptance has ended.
    """

    facts = BinaryTextField(max_length=32, primary_key=True)
    code = models.CharField(max_length=20)
    date = models.DateField(null=True)
    reason = models.TextField(max_length=1_000)
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="accepted_warnings",
    )
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.code} {self.date or ''}"
