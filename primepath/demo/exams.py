"""The exams of the demo school."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from primepath.demo.accounts import CLASS_TEACHERS, HEAD_TEACHER
from primepath.demo.curriculum import level_ids_by_name
from primepath.demo.exam_names import exam_names
from primepath.models import Exam
from primepath.services.school.seed_school import SchoolFile

_EXAMS_FOR_ANY_YEAR_CREATED_IN = 2023
_INACTIVE_EVERY = 17
_WITHOUT_CREATOR_EVERY = 11
_WITHOUT_PASSING_SCORE_EVERY = 5
_INSTRUCTIONS = (
    "",
    "Read every question twice before you answer.",
    "문제를 끝까지 읽고 답하세요.",
    "Répondez à toutes les questions, même brièvement.",
)


def seed_exams(
    *,
    school: SchoolFile,
    years: Sequence[int],
    teachers: Mapping[str, int],
    report: Callable[[str], None],
) -> list[Exam]:
    """Add the missing exams. Return the stored rows of all exams of the demo in a fixed order."""
    planned = list(_exams(school, years, teachers))
    stored = _stored(planned)
    missing = [exam for exam, known in zip(planned, stored, strict=True) if known is None]
    Exam.objects.bulk_create(missing)
    report(f"Exams: {len(missing)} added, {len(planned) - len(missing)} kept.")
    return [known or exam for exam, known in zip(planned, stored, strict=True)]


def _stored(planned: Sequence[Exam]) -> list[Exam | None]:
    """Return the stored row of each exam: with the same name, type and year, or with the same time of creation.

    The time of creation cannot be changed, so a renamed exam is still found.
    """
    found = list(
        Exam.objects.filter(
            Q(name__key_in=[exam.name for exam in planned])
            | Q(created_at__key_in=[exam.created_at for exam in planned])
        ).order_by("-pk")
    )
    by_instant = {exam.created_at: exam for exam in found}
    by_name = {(exam.name, exam.type, exam.academic_year): exam for exam in found}
    return [
        by_instant.get(exam.created_at) or by_name.get((exam.name, exam.type, exam.academic_year))
        for exam in planned
    ]


def _exams(school: SchoolFile, years: Sequence[int], teachers: Mapping[str, int]) -> Iterator[Exam]:
    """Yield the exams: a third for any year, a third for even years, a third for odd years.

    So a year has the same exams, whether it was the current or the next year when they were created.
    """
    level_ids = level_ids_by_name()
    creators = [teachers[username] for username in (HEAD_TEACHER, *CLASS_TEACHERS)]
    for number, (name, exam_type, level) in enumerate(exam_names(school)):
        for year in _years_of(number, years):
            created_at = _created_at(number, year)
            yield Exam(
                name=name,
                type=exam_type,
                academic_year=year,
                curriculum_level_id=level_ids[level] if level else None,
                total_questions=10 + number * 7 % 41,
                timer_minutes=20 + number % 15 * 5,
                passing_score=50 + number % 9 * 5
                if number % _WITHOUT_PASSING_SCORE_EVERY
                else None,
                instructions=_INSTRUCTIONS[number % len(_INSTRUCTIONS)],
                is_active=number % _INACTIVE_EVERY != 0,
                created_by_id=(
                    creators[number % len(creators)] if number % _WITHOUT_CREATOR_EVERY else None
                ),
                created_at=created_at,
                updated_at=created_at,
            )


def _years_of(number: int, years: Sequence[int]) -> list[int | None]:
    parity = number % 3
    return [None] if parity == 2 else [year for year in years if year % 2 == parity]


def _created_at(number: int, year: int | None) -> datetime:
    """Return a time of creation that is different for every exam. It is two years early, so always in the past."""
    start = datetime((year - 2) if year else _EXAMS_FOR_ANY_YEAR_CREATED_IN, 11, 1, tzinfo=UTC)
    return start + timedelta(minutes=37 * number)
