"""The columns of each table, for both directions: an export that is imported again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from primepath.domain.cell import CellStatus
from primepath.domain.exam import ExamType
from primepath.domain.period import Period
from primepath.domain.school_class import Division


class Kind(StrEnum):
    """Kind of the values of a column. TEXT is read as it is. CODE is read without blanks around it, and without full-width letters."""

    TEXT = "TEXT"
    CODE = "CODE"
    NUMBER = "NUMBER"
    DATE = "DATE"
    TIME = "TIME"
    FLAG = "FLAG"
    CHOICE = "CHOICE"
    NAMES = "NAMES"


class Column(NamedTuple):
    """A column: its name in every language's files, its header in English and Korean, and its values.

    ``width`` is in characters. A ``is_key`` column identifies the row. A ``is_read_only`` column is ignored on import.
    """

    name: str
    english: str
    korean: str
    kind: Kind = Kind.TEXT
    choices: Sequence[str] = ()
    width: int = 14
    is_key: bool = False
    is_read_only: bool = False

    def header(self, language: str) -> str:
        return self.korean if language == "ko" else self.english


class Table(NamedTuple):
    """A table of a file. ``name`` is also the name of its sheet."""

    name: str
    columns: tuple[Column, ...]

    def find(self, header: str) -> Column | None:
        """Return the column with this header in any language, or with this name. Case and blanks do not matter."""
        wanted = _folded(header)
        for column in self.columns:
            if wanted in map(_folded, (column.name, column.english, column.korean)):
                return column
        return None

    def headers(self, language: str) -> dict[str, str]:
        """Return the header of each column in a language, by the column's name."""
        return {column.name: column.header(language) for column in self.columns}


def _folded(header: str) -> str:
    return "".join(header.casefold().replace("_", "").replace("-", "").split())


_VERSION = Column("version", "Version", "버전", Kind.NUMBER, width=9)

SCHEDULE = Table(
    "schedule",
    (
        Column("class_code", "Class code", "반 코드", Kind.CODE, width=18, is_key=True),
        Column("class_name", "Class", "반", width=24, is_read_only=True),
        Column("academic_year", "Year", "연도", Kind.NUMBER, width=8, is_key=True),
        Column("period", "Period", "기간", Kind.CHOICE, tuple(Period), width=9, is_key=True),
        Column("status", "Status", "상태", Kind.CHOICE, tuple(CellStatus)),
        Column("date", "Date", "날짜", Kind.DATE, width=12),
        Column("start", "Start", "시작", Kind.TIME, width=8),
        Column("end", "End", "끝", Kind.TIME, width=8),
        Column("room", "Room", "교실"),
        Column("invigilator", "Invigilator", "감독", width=24),
        Column("exams", "Exams", "시험", Kind.NAMES, width=40),
        Column("notes", "Notes", "메모", width=40),
        _VERSION,
    ),
)
CLASSES = Table(
    "classes",
    (
        Column("code", "Class code", "반 코드", Kind.CODE, width=18, is_key=True),
        Column("name", "Name", "이름", width=30),
        Column("division", "Division", "구분", Kind.CHOICE, tuple(Division)),
        Column("grade", "Grade", "학년", Kind.NUMBER, width=8),
        Column("section", "Section", "분반", width=10),
        Column("stream", "Stream", "계열", width=24),
        Column("lesson_days", "Lesson days", "수업 요일", width=28),
        Column("is_active", "Active", "사용", Kind.FLAG, width=9),
    ),
)
TEACHERS = Table(
    "teachers",
    (
        Column("username", "Username", "사용자 이름", Kind.CODE, width=24, is_key=True),
        Column("name", "Name", "이름", width=30),
        Column("is_head_teacher", "Head teacher", "부장교사", Kind.FLAG),
        Column("is_active", "Active", "사용", Kind.FLAG, width=9),
        Column("classes", "Classes", "담당 반", Kind.NAMES, width=30, is_read_only=True),
    ),
)
EXAMS = Table(
    "exams",
    (
        Column("id", "ID", "ID", Kind.NUMBER, width=9, is_key=True),
        Column("name", "Name", "이름", width=50),
        Column("type", "Type", "종류", Kind.CHOICE, tuple(ExamType)),
        Column("academic_year", "Year", "연도", Kind.NUMBER, width=8),
        Column("level", "Level", "레벨", width=24),
        Column("total_questions", "Questions", "문항 수", Kind.NUMBER, width=10),
        Column("timer_minutes", "Minutes", "분", Kind.NUMBER, width=9),
        Column("passing_score", "Pass mark", "합격 점수", Kind.NUMBER, width=10),
        Column("instructions", "Instructions", "안내", width=40),
        Column("is_active", "Active", "사용", Kind.FLAG, width=9),
        _VERSION,
    ),
)
TABLES: Mapping[str, Table] = {table.name: table for table in (SCHEDULE, CLASSES, TEACHERS, EXAMS)}
