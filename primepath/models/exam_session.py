"""Exam sessions: each pupil's progress on an exam in a cell."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import choices, one_of
from primepath.domain.exam import SessionStatus
from primepath.models.exam import Exam
from primepath.models.exam_schedule_matrix import ExamScheduleMatrix
from primepath.terms import named


class ExamSession(models.Model):
    """A pupil who takes, took or will take an exam in a cell."""

    cell = models.ForeignKey(
        ExamScheduleMatrix,
        on_delete=models.PROTECT,
        related_name="sessions",
        db_index=False,
        verbose_name=_("cell"),
    )
    exam = models.ForeignKey(
        Exam, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("exam")
    )
    pupil = models.CharField(
        max_length=100, help_text=_("Number or name of the pupil."), verbose_name=_("pupil")
    )
    status = models.CharField(
        max_length=11,
        choices=choices(SessionStatus),
        default=SessionStatus.NOT_STARTED,
        verbose_name=_("status"),
    )

    class Meta:
        verbose_name = _("exam session")
        verbose_name_plural = _("exam sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["cell", "exam", "pupil"], name="session_once_a_cell_exam_and_pupil"
            ),
            one_of("status", SessionStatus, name="session_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.pupil}: {named(self.status)}"
