"""Marks of commits, and the tables that leave them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models

from primepath.db.commit_marks import CURRICULUM, SCHOOL
from primepath.models.calendar_feed import CalendarFeed
from primepath.models.class_access_request import ClassAccessRequest
from primepath.models.curriculum import (
    ClassCurriculumMapping,
    CurriculumLevel,
    Program,
    SubProgram,
)
from primepath.models.exam import Exam
from primepath.models.exam_schedule_matrix import ExamScheduleMatrix, MatrixCellExam
from primepath.models.exam_session import ExamSession
from primepath.models.history_entry import HistoryEntry
from primepath.models.school_class import SchoolClass
from primepath.models.school_day import SchoolDay
from primepath.models.school_rules import SchoolRules
from primepath.models.teacher import Teacher
from primepath.models.teacher_class_assignment import TeacherClassAssignment
from primepath.models.trusted_document import TrustedDocument
from primepath.models.warning_acceptance import WarningAcceptance

_CURRICULUM = (
    Program,
    SubProgram,
    CurriculumLevel,
    ClassCurriculumMapping,
    SchoolClass,
    TrustedDocument,
)
_SCHOOL = (
    CalendarFeed,
    ClassAccessRequest,
    Exam,
    ExamScheduleMatrix,
    ExamSession,
    HistoryEntry,
    MatrixCellExam,
    SchoolDay,
    SchoolRules,
    Teacher,
    TeacherClassAssignment,
    User,
    WarningAcceptance,
)
MARKED_TABLES = {
    model._meta.db_table: topic
    for topic, models_ in ((CURRICULUM, _CURRICULUM), (SCHOOL, _SCHOOL))
    for model in models_
}
"""The tables that answers read, each with its topic. A migration creates the trigger of a new one with `primepath.db.migrating.MarkCommits`."""

UNMARKED_COLUMNS = {User._meta.db_table: ("password", "last_login")}
"""Columns that no answer contains, by table. Each sign-in writes them, and each request reads its own user again."""


class CommitMark(models.Model):
    """A mark of a transaction that has changed something; see `primepath.db.commit_marks`. Only on PostgreSQL."""

    topic = models.CharField(max_length=10, editable=False)
    value = models.BigIntegerField(editable=False)

    def __str__(self) -> str:
        return f"{self.topic} {self.value}"
