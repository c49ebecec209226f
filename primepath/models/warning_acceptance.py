"""Warnings that the school has accepted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from primepath.db.fields import BinaryTextField
from primepath.models.teacher import Teacher


class WarningAcceptance(models.Model):
    """The acceptance of one warning.

    ``facts`` is a digest of the warning and of all that it follows from: the dates, times, rooms and invigilators of its cells.
    When one of these changes, no warning has the digest, and the acceptance has ended.
    """

    facts = BinaryTextField(max_length=32, primary_key=True, verbose_name=_("facts"))
    code = models.CharField(max_length=20, verbose_name=_("code"))
    date = models.DateField(null=True, verbose_name=_("date"))
    reason = models.TextField(max_length=1_000, verbose_name=_("reason"))
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="accepted_warnings",
        verbose_name=_("teacher"),
    )
    by_name = models.CharField(max_length=150, verbose_name=_("by name"))
    at = models.DateTimeField(verbose_name=_("at"))

    class Meta:
        verbose_name = _("warning acceptance")
        verbose_name_plural = _("warning acceptances")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.code} {self.date or ''}"
