"""Bearer tokens for apps."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from primepath.db.statement import Parameter


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self, now: datetime | Parameter) -> Self:
        """Return the tokens that are neither expired nor revoked and belong to an active user."""
        return self.filter(
            models.Q(expires_at=None) | models.Q(expires_at__gt=now),
            revoked_at=None,
            user__is_active=True,
        )


class ApiToken(models.Model):
    """A bearer token of a user. Only its SHA-256 digest is stored, never the token.

    It is valid only while the user's password is the one with which it was created.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_tokens",
        verbose_name=_("user"),
    )
    name = models.CharField(
        max_length=100,
        help_text=_('Where the token is used, for example "Mina\'s phone".'),
        verbose_name=_("name"),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # See `primepath.services.accounts.password_fingerprint`.
    password_fingerprint = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(
        default=timezone.now, editable=False, verbose_name=_("created at")
    )
    expires_at = models.DateTimeField(null=True, blank=True, verbose_name=_("expires at"))
    revoked_at = models.DateTimeField(null=True, blank=True, verbose_name=_("revoked at"))
    # Accurate to one hour.
    last_used_at = models.DateTimeField(null=True, editable=False, verbose_name=_("last used at"))

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name
