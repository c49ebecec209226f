"""The field `Query.matrixCells`."""

from __future__ import annotations

import datetime
import unicodedata
from typing import Any

from primepath import models
from primepath.domain.period import PERIODS
from tests.properties.reference_implementation.response_objects import (
    Args,
    FieldError,
    ResponseObject,
    as_list,
    page,
    period_type,
    school_order,
)
from tests.properties.reference_implementation.visible_school import (
    VisibleSchool,
    assignments,
    planned_year,
)


def matrix_cells(school: VisibleSchool, _: Any, args: Args) -> ResponseObject:
    # Invalid sizes are refused before the filter is read.
    page(args, "MatrixCell", [])
    filter = args.get("filter", {})
    cells = [
        cell
        for cell in models.ExamScheduleMatrix.objects.filter(
            academic_year=planned_year(filter), version__gte=1
        )
        if school.school_class(cell.school_class_id) and _matches(school, cell, filter)
    ]
    _check_ids(filter)
    by_class = args.get("orderBy") == "CLASS"
    found = page(args, "MatrixCell", sorted(cells, key=lambda cell: _place(cell, by_class)))
    # Only the cells of the page are read.
    for edge in found.row.edges:
        cell = edge.row.node.row
        shown = school.cell(cell.school_class_id, cell.academic_year, cell.period)
        edge.row.node = ResponseObject("MatrixCell", shown)
    return found


def _check_ids(filter: Args) -> None:
    types = (("examId", "Exam"), ("teacherId", "Teacher"), ("invigilatorId", "Teacher"))
    for name, type_ in types:
        if filter.get(name, f"{type_}:").partition(":")[0] != type_:
            raise FieldError("BAD_USER_INPUT")


def _matches(school: VisibleSchool, cell: Any, filter: Args) -> bool:
    def fits(name: str, value: Any) -> bool:
        wanted = as_list(filter, name)
        return wanted is None or value in wanted

    seen: Any = school.school_class(cell.school_class_id)
    exams = {f"Exam:{exam.pk}" for exam in cell.exams.all()}
    teachers = {f"Teacher:{each.teacher_id}" for each in assignments(school_class=seen.code)}
    date = str(cell.scheduled_date or "")
    return (
        fits("classCodes", seen.code)
        and fits("division", seen.division)
        and fits("grade", seen.grade)
        and fits("type", period_type(cell.period))
        and fits("periods", cell.period)
        and fits("statuses", cell.status)
        and fits("hasDate", bool(date))
        and fits("hasExams", bool(exams))
        and filter.get("examId") in {None, *exams}
        and filter.get("teacherId") in {None, *teachers}
        and filter.get("invigilatorId") in {None, f"Teacher:{cell.invigilator_id}"}
        and (filter.get("room") is None or _same_room(filter["room"], cell.room))
        and (filter.get("scheduledFrom") is None or date >= filter["scheduledFrom"])
        and (filter.get("scheduledTo") is None or "" < date <= filter["scheduledTo"])
    )


def _same_room(one: str, other: str) -> bool:
    names = [unicodedata.normalize("NFKC", name).casefold().split() for name in (one, other)]
    return names[0] == names[1]


def _place(cell: Any, by_class: bool) -> Any:
    place = (school_order(cell.school_class), PERIODS.index(cell.period))
    date, time = cell.scheduled_date, cell.start_time
    if by_class:
        return place
    return (date is None, date or datetime.date.min, time is None, time or datetime.time(), place)
