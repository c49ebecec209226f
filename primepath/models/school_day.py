"""Days that the school decides about: closed days, recorded public holidays, and public holidays with lessons."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import choices, one_of
from primepath.domain.calendar_days import HolidayKind


class SchoolDay(models.Model):
    """A date that differs from the public holidays of the school's country. A date has at most one row.

    ``name`` is empty if the public holiday keeps its own name. ``is_open``: the school teaches on this public holiday.
    """

    date = models.DateField(primary_key=True, verbose_name=_("date"))
    name = models.CharField(max_length=100, blank=True, verbose_name=_("name"))
    kind = models.CharField(max_length=6, choices=choices(HolidayKind), verbose_name=_("kind"))
    is_open = models.BooleanField(default=False, verbose_name=_("is open"))

    class Meta:
        verbose_name = _("school day")
        verbose_name_plural = _("school days")
        ordering = ["date"]
        constraints = [
            one_of("kind", HolidayKind, name="school_day_kind_known"),
            models.CheckConstraint(
                condition=models.Q(is_open=False) | models.Q(kind=HolidayKind.PUBLIC),
                name="school_day_open_on_public_holidays",
            ),
            models.CheckConstraint(
                condition=models.Q(is_open=True) | ~models.Q(name=""),
                name="school_day_closed_has_a_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
