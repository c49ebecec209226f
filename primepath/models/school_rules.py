"""The rules that the school's schedule is checked against, as head teachers and staff set them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from primepath.domain.weekday import MAX_DAYS_LENGTH, SCHOOL_WEEK, join_days

MAX_DAYS_BETWEEN_EXAMS = 31


class SchoolRulesManager(models.Manager["SchoolRules"]):
    def current(self) -> SchoolRules:
        """Return the stored rules, or the defaults before the first change."""
        return self.first() or SchoolRules()


class SchoolRules(models.Model):
    """The only row of its table. It is stored with the first change; until then the defaults apply."""

    KEY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=KEY, editable=False)
    lesson_days = models.CharField(
        max_length=MAX_DAYS_LENGTH, default=join_days(SCHOOL_WEEK), verbose_name=_("lesson days")
    )
    minimum_days_between_exams = models.PositiveSmallIntegerField(
        default=0,
        help_text=(
            _(
                "Exams of one class are at least this many days apart: 3 allows the 10th and the 13th. 0: no rule."
            )
        ),
        verbose_name=_("minimum days between exams"),
    )

    objects = SchoolRulesManager()

    class Meta:
        verbose_name = verbose_name_plural = _("school rules")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="school_rules_once"),
            models.CheckConstraint(
                condition=models.Q(minimum_days_between_exams__lte=MAX_DAYS_BETWEEN_EXAMS),
                name="school_rules_gap_to_31_days",
            ),
        ]

    def __str__(self) -> str:
        return str(_("School rules"))
