"""Calendar feeds."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CalendarFeed(models.Model):
    """A feed that a calendar program reads. Whoever has its address reads what its owner can see at that moment.

    Only the SHA-256 digest of the secret in the address is stored. ``class_codes`` is None for all classes. With ``duties``, the
    feed has only the cells with exams that the owner supervises. ``last_used_at`` is accurate to one hour.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="calendar_feeds",
        verbose_name=_("user"),
    )
    name = models.CharField(max_length=100, verbose_name=_("name"))
    class_codes = models.JSONField(null=True, editable=False, verbose_name=_("class codes"))
    duties = models.BooleanField(default=False, editable=False, verbose_name=_("duties"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(
        default=timezone.now, editable=False, verbose_name=_("created at")
    )
    last_used_at = models.DateTimeField(null=True, editable=False, verbose_name=_("last used at"))
    revoked_at = models.DateTimeField(null=True, blank=True, verbose_name=_("revoked at"))

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return self.name
