"""Exams and the sessions in which pupils sit them."""

from __future__ import annotations

from enum import StrEnum

from primepath.domain.period import PeriodType


class ExamType(StrEnum):
    """``REVIEW`` exams go into months, ``QUARTERLY`` exams into quarters."""

    REVIEW = "REVIEW"
    QUARTERLY = "QUARTERLY"


EXAM_TYPE_OF_PERIOD = {
    PeriodType.MONTHLY: ExamType.REVIEW,
    PeriodType.QUARTERLY: ExamType.QUARTERLY,
}


class SessionStatus(StrEnum):
    """How far a pupil is with an exam."""

    NOT_STARTED = "NOT_STARTED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
