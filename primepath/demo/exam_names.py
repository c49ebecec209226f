"""The names of the demo school's exams: English names, Korean names, and names with accents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from primepath.demo.curriculum import LevelName
from primepath.domain.exam import ExamType
from primepath.services.school.seed_school import SchoolFile


class NamedExam(NamedTuple):
    """An exam's name, type and level. The level is None if the exam is for all levels."""

    name: str
    type: ExamType
    level: LevelName | None


_OF_A_LEVEL = (
    ("{level} Vocabulary Review", ExamType.REVIEW),
    ("문법 복습 {level}", ExamType.REVIEW),
    ("Révision de lecture {level}", ExamType.REVIEW),
    ("{level} Listening Check", ExamType.REVIEW),
    ("쓰기 평가 {level}", ExamType.REVIEW),
    ("{level} Quarterly Exam", ExamType.QUARTERLY),
    ("분기 평가 {level}", ExamType.QUARTERLY),
    ("Épreuve trimestrielle {level}", ExamType.QUARTERLY),
)
_WITHOUT_LEVEL = (
    "Placement Test",
    "Diagnostic Screening",
    "Spelling Bee",
    "모의고사",
    "한글날 특별 시험",
    "영어 말하기 대회",
    "Café Conversation",
    "Élan Reading Challenge",
    "Señor Quijote Reading",
    "Übungstest",
)
_PARTS = (1, 2)


def exam_names(school: SchoolFile) -> Iterator[NamedExam]:
    """Yield the name of every exam. No name occurs twice with the same type."""
    for program in school["programs"]:
        for subprogram in program["subprograms"]:
            for number in subprogram["levels"]:
                full_name = f"{program['name']} {subprogram['name']} L{number}"
                for template, exam_type in _OF_A_LEVEL:
                    yield NamedExam(
                        template.format(level=full_name),
                        exam_type,
                        (program["name"], subprogram["name"], number),
                    )
    for name in _WITHOUT_LEVEL:
        for part in _PARTS:
            for exam_type in ExamType:
                yield NamedExam(f"{name} {part}", exam_type, None)
