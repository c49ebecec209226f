"""Classes of the school."""

from __future__ import annotations

import datetime
import uuid
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import choices, one_of
from primepath.db.fields import BinaryTextField, NaturalOrderField
from primepath.db.statement import Parameter
from primepath.domain.cell import CLASS_CODE_PATTERN
from primepath.domain.school_class import FIRST_GRADE, LAST_GRADE, AccessLevel, Division
from primepath.domain.viewer import Viewer
from primepath.domain.weekday import MAX_DAYS_LENGTH


class SchoolClassQuerySet(models.QuerySet["SchoolClass"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Return the classes that the viewer can see now, each annotated with the viewer's ``access_level``."""
        return self.visible(
            is_administrator=viewer.is_administrator,
            teacher_id=viewer.teacher_id,
            now=timezone.now(),
        )

    def visible(
        self,
        *,
        is_administrator: bool,
        teacher_id: int | Parameter | None,
        now: datetime.datetime | Parameter,
    ) -> Self:
        """Return the classes of `visible_to`. The viewer's attributes and the time are separate arguments."""
        active = self.filter(is_active=True)
        if is_administrator:
            return active.annotate(access_level=models.Value(AccessLevel.FULL.value))
        return self.with_access(models.Q(assignments__teacher=teacher_id), now)

    def with_access(self, teachers: models.Q, now: datetime.datetime | Parameter) -> Self:
        """Return the classes to which teachers have access, once for each, annotated with the ``access_level``."""
        not_expired = models.Q(assignments__expires_at=None) | models.Q(
            assignments__expires_at__gt=now
        )
        return self.filter(
            not_expired,
            teachers,
            is_active=True,
            assignments__is_active=True,
        ).annotate(access_level=models.F("assignments__access_level"))


class SchoolClass(models.Model):
    """A group of pupils. Its code is the primary key and never changes."""

    code = BinaryTextField(
        primary_key=True,
        max_length=32,
        validators=[
            RegexValidator(
                rf"\A{CLASS_CODE_PATTERN}\Z",
                "Use letters A-Z and a-z, digits, underscores and hyphens.",
            )
        ],
        help_text=_(
            "For example PRIMARY_1A. Upper and lower case differ. The code cannot be changed later."
        ),
        verbose_name=_("code"),
    )
    name = models.CharField(max_length=100, verbose_name=_("name"))
    division = models.CharField(
        max_length=10, choices=choices(Division), verbose_name=_("division")
    )
    grade = models.PositiveSmallIntegerField(verbose_name=_("grade"))
    code_order = NaturalOrderField(source="code", max_length=64)
    section = BinaryTextField(max_length=10, blank=True, verbose_name=_("section"))
    section_order = NaturalOrderField(source="section", max_length=20)
    stream = models.CharField(max_length=100, blank=True, verbose_name=_("stream"))
    lesson_days = models.CharField(
        max_length=MAX_DAYS_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text=_("Days of the week with lessons, such as SAT SUN. Empty: the school's."),
        verbose_name=_("lesson days"),
    )
    is_active = models.BooleanField(default=True, verbose_name=_("is active"))
    curriculum_version = models.UUIDField(
        default=uuid.uuid4,
        editable=False,
        help_text=_(
            "Changes when the class's curriculum changes. Part of the cache key of the curriculum."
        ),
    )
    curriculum_versions = models.JSONField(
        default=dict,
        editable=False,
        help_text=_(
            "Number of changes of the class's curriculum, by academic year. A year without changes is absent."
        ),
    )

    objects = SchoolClassQuerySet.as_manager()

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        constraints = [
            one_of("division", Division, name="class_division_known"),
            models.CheckConstraint(
                condition=models.Q(grade__range=(FIRST_GRADE, LAST_GRADE)),
                name="class_grade_0_to_12",
            ),
        ]

    def __str__(self) -> str:
        return self.name
