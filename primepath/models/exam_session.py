"""Exam sessions: how far each pupil is with an exam of a cell."""

from __future__ import annotations

from django.db import models

from primepath.db.constraints import choices, one_of
from primepath.domain.exam import SessionStatus
from primepath.models.exam import Exam
from primepath.models.exam_schedule_matrix import ExamScheduleMatrix


class ExamSession(models.Model):
    """A pupil sits, or is to sit, an exam that is planned in a cell."""

    cell = models.ForeignKey(
        ExamScheduleMatrix, on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="sessions")
    pupil = models.CharField(max_length=100, help_text="The pupil's number or name.")
    status = models.CharField(
        max_length=11, choices=choices(SessionStatus), default=SessionStatus.NOT_STARTED
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cell", "exam", "pupil"], name="session_once_a_cell_exam_and_pupil"
            ),
            one_of("status", SessionStatus, name="session_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.pupil}: {self.status}"
