"""Assignments: the access of teachers to classes."""

from __future__ import annotations

import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import choices, one_of
from primepath.db.statement import Parameter
from primepath.domain.school_class import AccessLevel
from primepath.models.school_class import SchoolClass
from primepath.models.teacher import Teacher
from primepath.terms import named


class TeacherClassAssignmentQuerySet(models.QuerySet["TeacherClassAssignment"]):
    def valid(self, now: datetime.datetime | Parameter | None = None) -> Self:
        """Return the assignments that are active and not expired now, or at another time, also to classes that are not taught."""
        if now is None:
            now = timezone.now()
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=now), is_active=True)

    def giving_access(self, now: datetime.datetime | Parameter | None = None) -> Self:
        """Return the assignments that grant access now, or at another time: `valid` ones to an active class."""
        return self.valid(now).filter(school_class__is_active=True)

    def next_end(self, now: datetime.datetime | Parameter) -> models.Subquery:
        """Return the next time after ``now`` at which access of anyone expires, as an expression. Null if none does."""
        ends = self.filter(is_active=True, expires_at__gt=now).order_by("expires_at")
        return models.Subquery(ends.values("expires_at")[:1])


class TeacherClassAssignment(models.Model):
    """A teacher's access to a class. A teacher has at most one per class. Revoked assignments are inactive."""

    teacher = models.ForeignKey(
        Teacher, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("teacher")
    )
    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.PROTECT,
        db_column="class_code",
        related_name="assignments",
        verbose_name=_("school class"),
    )
    access_level = models.CharField(
        max_length=10, choices=choices(AccessLevel), verbose_name=_("access level")
    )
    assigned_at = models.DateTimeField(
        default=timezone.now, editable=False, verbose_name=_("assigned at")
    )
    expires_at = models.DateTimeField(null=True, blank=True, verbose_name=_("expires at"))
    is_active = models.BooleanField(default=True, verbose_name=_("is active"))

    objects = TeacherClassAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["teacher", "school_class"], name="assignment_once_a_teacher_and_class"
            ),
            one_of("access_level", AccessLevel, name="assignment_level_known"),
        ]
        indexes = [
            # For `next_end`, which each authentication reads.
            models.Index(
                fields=["expires_at"],
                condition=models.Q(is_active=True, expires_at__isnull=False),
                name="assignment_by_end",
            ),
        ]

    def __str__(self) -> str:
        template = _("{teacher} in {code}: {level}")
        level = named(self.access_level)
        return template.format(teacher=self.teacher, code=self.school_class_id, level=level)
