"""Exams, and the sessions in which pupils take them."""

from __future__ import annotations

from enum import StrEnum

from primepath.domain.period import PeriodType


class ExamType(StrEnum):
    """Type of an exam. ``REVIEW`` exams belong in months, ``QUARTERLY`` exams in quarters."""

    REVIEW = "REVIEW"
    QUARTERLY = "QUARTERLY"


EXAM_TYPE_OF_PERIOD = {
    PeriodType.MONTHLY: ExamType.REVIEW,
    PeriodType.QUARTERLY: ExamType.QUARTERLY,
}


class SessionStatus(StrEnum):
    """A pupil's progress on an exam."""

    NOT_STARTED = "NOT_STARTED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
