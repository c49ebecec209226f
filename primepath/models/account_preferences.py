"""Preferences of accounts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import one_of
from primepath.domain.language import Language


class AccountPreferences(models.Model):
    """Choices of the owner of an account. There is no row before the first choice."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="preferences",
        primary_key=True,
    )
    language = models.CharField(
        max_length=8,
        choices=[(each.value, each.own_name) for each in Language],
        verbose_name=_("language"),
    )

    class Meta:
        verbose_name_plural = "account preferences"
        constraints: ClassVar = [one_of("language", Language, name="account_language_is_known")]

    def __str__(self) -> str:
        return f"Preferences of account {self.user_id}"
