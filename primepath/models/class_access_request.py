"""Teachers' requests for access to classes."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import choices, one_of
from primepath.domain.school_class import AccessLevel, AccessRequestStatus
from primepath.domain.viewer import Viewer
from primepath.models.school_class import SchoolClass
from primepath.models.teacher import Teacher

_DECIDED = models.Q(status__in=[AccessRequestStatus.APPROVED, AccessRequestStatus.DENIED])


class ClassAccessRequestQuerySet(models.QuerySet["ClassAccessRequest"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Return all requests for an administrator, otherwise the viewer's own."""
        return self if viewer.is_administrator else self.filter(teacher=viewer.teacher_id)


class ClassAccessRequest(models.Model):
    """A teacher's request for access to a class, with the decision."""

    teacher = models.ForeignKey(
        Teacher, on_delete=models.PROTECT, related_name="access_requests", verbose_name=_("teacher")
    )
    school_class = models.ForeignKey(
        SchoolClass,
        on_delete=models.PROTECT,
        db_column="class_code",
        related_name="access_requests",
        verbose_name=_("school class"),
    )
    requested_access_level = models.CharField(
        max_length=10, choices=choices(AccessLevel), verbose_name=_("requested access level")
    )
    reason = models.TextField(max_length=1000, verbose_name=_("reason"))
    status = models.CharField(
        max_length=10,
        choices=choices(AccessRequestStatus),
        default=AccessRequestStatus.PENDING,
        verbose_name=_("status"),
    )
    requested_at = models.DateTimeField(
        default=timezone.now, editable=False, verbose_name=_("requested at")
    )
    reviewed_at = models.DateTimeField(null=True, blank=True, verbose_name=_("reviewed at"))
    reviewed_by = models.ForeignKey(
        Teacher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviewed_requests",
        verbose_name=_("reviewed by"),
    )
    review_note = models.TextField(max_length=1000, blank=True, verbose_name=_("review note"))

    objects = ClassAccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("access request")
        verbose_name_plural = _("access requests")
        constraints = [
            models.UniqueConstraint(
                fields=["teacher", "school_class"],
                condition=models.Q(status=AccessRequestStatus.PENDING),
                name="request_one_pending_a_teacher_and_class",
            ),
            one_of("requested_access_level", AccessLevel, name="request_level_known"),
            one_of("status", AccessRequestStatus, name="request_status_known"),
            models.CheckConstraint(
                condition=(_DECIDED & models.Q(reviewed_at__isnull=False))
                | (~_DECIDED & models.Q(reviewed_at=None, reviewed_by=None)),
                name="request_reviewed_when_decided",
            ),
        ]
        indexes = [models.Index(fields=["requested_at", "id"], name="request_by_time")]

    def __str__(self) -> str:
        template = _("{teacher} asks for {code}")
        return template.format(teacher=self.teacher, code=self.school_class_id)
