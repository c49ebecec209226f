"""The page that this project replaces: three SQL statements for every class and period.

It repeats the loop of that page. For each cell it runs `get_or_create_cell`, counts the exams, and checks whether the
teacher can edit the cell. It returns the number of exams, not their names.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from benchmarks.contenders.page_request import PageRequest
from benchmarks.product import (
    CELL_APPEARANCE,
    EDITING_LEVELS,
    CellKey,
    CellStatus,
    ExamScheduleMatrix,
    Period,
    SchoolClass,
    TeacherClassAssignment,
    school_order,
)


def old_loop(request: HttpRequest) -> JsonResponse:
    """Return the matrix as JSON, without the names of exams."""
    page = PageRequest.parse(request)
    rows = [
        {
            "schoolClass": {"code": each.code, "name": each.name},
            "cells": [_cell(page, each, period) for period in page.periods],
        }
        for each in sorted(page.classes, key=school_order)
    ]
    return JsonResponse({"data": {"scheduleMatrix": {"rows": rows}}})


def _cell(page: PageRequest, school_class: SchoolClass, period: Period) -> dict[str, Any]:
    cell = _get_or_create_cell(school_class, page.year, period)
    appearance = CELL_APPEARANCE[CellStatus(cell.status)]
    return {
        "id": f"MatrixCell:{cell.pk}",
        "period": cell.period,
        "status": cell.status,
        "color": appearance.color,
        "icon": appearance.icon,
        "version": cell.version,
        "canEdit": _can_edit(page, school_class),
        "examCount": cell.exams.count(),
    }


def _get_or_create_cell(school_class: SchoolClass, year: int, period: Period) -> ExamScheduleMatrix:
    cell, _ = ExamScheduleMatrix.objects.get_or_create(
        school_class=school_class,
        academic_year=year,
        period=period,
        defaults={"id": str(CellKey(school_class.code, year, period))},
    )
    return cell


def _can_edit(page: PageRequest, school_class: SchoolClass) -> bool:
    return (
        TeacherClassAssignment.objects.giving_access()
        .filter(
            teacher=page.viewer.teacher_id,
            school_class=school_class,
            access_level__in=EDITING_LEVELS,
        )
        .exists()
    )
