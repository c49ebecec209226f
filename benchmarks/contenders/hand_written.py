"""A view written by hand for exactly two responses. GraphQL is measured against it.

It runs four queries, one of them for authentication, reads rows as tuples and writes JSON with orjson. It applies the
same visibility rules. It does not store missing cells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import orjson
from django.db.models import Count, FilteredRelation, Q
from django.http import HttpRequest, HttpResponse

from benchmarks.contenders.page_request import PageRequest
from benchmarks.product import (
    CELL_APPEARANCE,
    EDITING_LEVELS,
    Division,
    ExamScheduleMatrix,
    MatrixCellExam,
)

_Row = dict[str, Any]

_APPEARANCE = {status.value: tuple(appearance) for status, appearance in CELL_APPEARANCE.items()}
_DIVISIONS = {division.value: rank for rank, division in enumerate(Division)}
_CLASS = ("division", "grade", "section", "code", "name")
_LEVEL = tuple(
    f"mapping__{column}"
    for column in (
        "priority",
        "curriculum_level__subprogram__program__name",
        "curriculum_level__subprogram__name",
        "curriculum_level__level_number",
    )
)


def hand_written(request: HttpRequest) -> HttpResponse:
    """Return the matrix as JSON: with exams and curriculum, or with exam counts and `canEdit`."""
    page = PageRequest.parse(request)
    rows = _rows_with_exams(page) if page.with_exams else _rows_without_exams(page)
    return HttpResponse(
        orjson.dumps({"data": {"scheduleMatrix": {"rows": rows}}}),
        content_type="application/json; charset=utf-8",
    )


def _rows_with_exams(page: PageRequest) -> list[_Row]:
    classes: dict[str, _Row] = {}
    for *_, code, name, priority, program, subprogram, number in _classes(page, _LEVEL):
        if code not in classes:
            classes[code] = {
                "schoolClass": {"code": code, "name": name},
                "curriculum": {"label": "Not assigned", "primary": None, "secondary": None},
            }
        curriculum = classes[code]["curriculum"]
        if priority == 1:
            curriculum["label"] = f"{program} {subprogram} L{number}"
            curriculum["primary"] = {"name": curriculum["label"]}
        elif priority == 2:
            curriculum["secondary"] = {"name": f"{program} {subprogram} L{number}"}
    stored = _stored(page, list(classes))
    exams: defaultdict[str, list[_Row]] = defaultdict(list)
    cell_exams = MatrixCellExam.objects.filter(cell__key_in=list(stored))
    for cell_id, pk, name, type_, questions in cell_exams.order_by(
        "exam__name_order", "exam_id"
    ).values_list("cell_id", "exam_id", "exam__name", "exam__type", "exam__total_questions"):
        exams[cell_id].append(
            {"id": f"Exam:{pk}", "name": name, "type": type_, "totalQuestions": questions}
        )
    for code, row in classes.items():
        row["cells"] = cells = list[_Row]()
        for id, cell in _cells(page, code, stored):
            cell["examCount"] = len(exams[id])
            cell["exams"] = exams[id]
            cells.append(cell)
    return list(classes.values())


def _rows_without_exams(page: PageRequest) -> list[_Row]:
    classes = _classes(page, ("access_level",))
    stored = _stored(page, [row[3] for row in classes])
    cell_exams = MatrixCellExam.objects.filter(cell__key_in=list(stored))
    counts = dict(cell_exams.values_list("cell_id").annotate(Count("pk")))
    rows: list[_Row] = []
    for *_, code, name, level in classes:
        can_edit, cells = level in EDITING_LEVELS, []
        for id, cell in _cells(page, code, stored):
            cell["canEdit"] = can_edit
            cell["examCount"] = counts.get(id, 0)
            cells.append(cell)
        rows.append({"schoolClass": {"code": code, "name": name}, "cells": cells})
    return rows


def _classes(page: PageRequest, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Return division, grade, section, code, name and ``columns`` of the classes, in the school's order."""
    classes = page.classes.annotate(
        mapping=FilteredRelation(
            "curriculum_mappings", condition=Q(curriculum_mappings__academic_year=page.year)
        )
    )
    rows = classes.values_list(*_CLASS, *columns)
    return sorted(rows, key=lambda row: (_DIVISIONS[row[0]], *row[1:4]))


def _stored(page: PageRequest, codes: list[str]) -> dict[str, tuple[str, int]]:
    """Return status and version of the stored cells, by id."""
    cells = ExamScheduleMatrix.objects.filter(
        id__key_in=[f"{code}/{page.year}/{period}" for code in codes for period in page.periods]
    )
    rows = cells.order_by().values_list("id", "status", "version")
    return {id: (status, version) for id, status, version in rows}


def _cells(
    page: PageRequest, code: str, stored: dict[str, tuple[str, int]]
) -> Iterator[tuple[str, _Row]]:
    """Yield the fields of a class's cells that both responses contain, in the order of the periods."""
    for period in page.periods:
        id = f"{code}/{page.year}/{period}"
        status, version = stored.get(id, ("EMPTY", 0))
        color, icon = _APPEARANCE[status]
        yield (
            id,
            {
                "id": f"MatrixCell:{id}",
                "period": period,
                "status": status,
                "color": color,
                "icon": icon,
                "version": version,
            },
        )
