"""The database models."""

from primepath.models.account_link import AccountLink
from primepath.models.account_preferences import AccountPreferences
from primepath.models.api_token import ApiToken
from primepath.models.attempt_count import AttemptCount
from primepath.models.calendar_feed import CalendarFeed
from primepath.models.class_access_request import ClassAccessRequest
from primepath.models.commit_mark import CommitMark
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
from primepath.models.idempotency_key import IdempotencyKey
from primepath.models.imported_row import ImportedRow
from primepath.models.school_class import SchoolClass
from primepath.models.school_day import SchoolDay
from primepath.models.school_rules import SchoolRules
from primepath.models.stored_file import StoredFile
from primepath.models.teacher import Teacher
from primepath.models.teacher_class_assignment import TeacherClassAssignment
from primepath.models.trusted_document import TrustedDocument
from primepath.models.warning_acceptance import WarningAcceptance

__all__ = [
    "AccountLink",
    "AccountPreferences",
    "ApiToken",
    "AttemptCount",
    "CalendarFeed",
    "ClassAccessRequest",
    "ClassCurriculumMapping",
    "CommitMark",
    "CurriculumLevel",
    "Exam",
    "ExamScheduleMatrix",
    "ExamSession",
    "HistoryEntry",
    "IdempotencyKey",
    "ImportedRow",
    "MatrixCellExam",
    "Program",
    "SchoolClass",
    "SchoolDay",
    "SchoolRules",
    "StoredFile",
    "SubProgram",
    "Teacher",
    "TeacherClassAssignment",
    "TrustedDocument",
    "WarningAcceptance",
]
