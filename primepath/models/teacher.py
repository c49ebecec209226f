"""Teachers: profiles of Django users who teach at the school."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from primepath.db.fields import FoldedOrderField, FoldedTextField


class Teacher(models.Model):
    """A teacher of the school."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="teacher",
        verbose_name=_("user"),
    )
    name = models.CharField(max_length=100, verbose_name=_("name"))
    name_key = FoldedTextField(source="name", max_length=300)
    name_order = FoldedOrderField(source="name", max_length=300, db_index=True)
    is_head_teacher = models.BooleanField(
        default=False,
        help_text=_("Can see and change every class, and decides who has access."),
        verbose_name=_("is head teacher"),
    )

    class Meta:
        verbose_name = _("teacher")
        verbose_name_plural = _("teachers")
        ordering = ["name_order", "id"]

    def __str__(self) -> str:
        return self.name
