"""The page that this project replaces: three statements for every class and period.

Written as the page's loop was: `get_or_create_cell`, the count of the cell's exams, and whether the teacher may change
it, one after another for each cell. It shows how many exams a cell has, and none of their names.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from benchmarks.ways.page_request import PageRequest
from primepath.domain.cell import CELL_APPEARANCE, CellKey, CellStatus
from primepath.domain.period import Period
from primepath.domain.school_class import EDITING_LEVELS, school_order
from primepath.models import ExamScheduleMatrix, SchoolClass, TeacherClassAssignment


def old_loop(request: HttpRequest) -> JsonResponse:
    """The matrix without the exams' names, as JSON."""
    asked = PageRequest.read(request)
    rows = [
        {
            "schoolClass": {"code": each.code, "name": each.name},
            "cells": [_cell(asked, each, period) for period in asked.periods],
        }
        for each in sorted(asked.classes, key=school_order)
    ]
    return JsonResponse({"data": {"scheduleMatrix": {"rows": rows}}})


def _cell(asked: PageRequest, school_class: SchoolClass, period: Period) -> dict[str, Any]:
    cell = _get_or_create_cell(school_class, asked.year, period)
    appearance = CELL_APPEARANCE[CellStatus(cell.status)]
    return {
        "id": f"MatrixCell:{cell.pk}",
        "period": cell.period,
        "status": cell.status,
        "color": appearance.color,
        "icon": appearance.icon,
        "version": cell.version,
        "canEdit": _may_edit(asked, school_class),
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


def _may_edit(asked: PageRequest, school_class: SchoolClass) -> bool:
    return (
        TeacherClassAssignment.objects.giving_access()
        .filter(
            teacher=asked.viewer.teacher_id,
            school_class=school_class,
            access_level__in=EDITING_LEVELS,
        )
        .exists()
    )
