"""Exams that could be put into a cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from primepath.domain.exam import ExamType
from primepath.models import Exam


class ExamKind(NamedTuple):
    """What an exam and a cell must agree on."""

    type: ExamType
    academic_year: int


def active_exams_of_kinds(kinds: list[ExamKind]) -> Sequence[list[Exam]]:
    """For each kind, the active exams of its type, of its year or of no year, by name."""
    wanted = Q()
    for kind in kinds:
        wanted |= Q(type=kind.type) & (Q(academic_year=kind.academic_year) | Q(academic_year=None))
    exams = list(Exam.objects.filter(wanted, is_active=True))
    return [
        [
            exam
            for exam in exams
            if exam.type == kind.type and exam.academic_year in {kind.academic_year, None}
        ]
        for kind in kinds
    ]
