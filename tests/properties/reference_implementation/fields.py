"""The fields of all types except `Query`."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from primepath import models
from primepath.domain.cell import CELL_APPEARANCE, CellStatus
from primepath.domain.period import Period
from tests.properties.reference_implementation.history import HISTORY, history_of
from tests.properties.reference_implementation.queries import QUERIES
from tests.properties.reference_implementation.response_objects import (
    Args,
    Field,
    FieldError,
    ResponseObject,
    by_name,
    columns,
    make_object,
    natural,
    node_fields,
    object_or_none,
    objects,
    page,
    period_type,
    related,
    school_order,
    with_id,
)
from tests.properties.reference_implementation.visible_school import (
    VisibleSchool,
    assignments,
    planned_year,
)


def _curriculum(code: str, year: int) -> ResponseObject:
    mappings = models.ClassCurriculumMapping.objects.filter(school_class=code, academic_year=year)
    levels = {each.priority: each.curriculum_level for each in mappings.order_by("priority")}
    return make_object(
        "ClassCurriculum",
        key=f"{code}/{year}",
        label=_level_name(levels[1]) if 1 in levels else "Not assigned",
        primary=object_or_none("CurriculumLevel", levels.get(1)),
        secondary=object_or_none("CurriculumLevel", levels.get(2)),
        levels=objects("CurriculumLevel", levels.values()),
        version=models.SchoolClass.objects.get(pk=code).curriculum_versions.get(str(year), 0),
    )


def _level_name(level: Any) -> str:
    return f"{level.subprogram.program.name} {level.subprogram.name} L{level.level_number}"


def _cells_of_exam(school: VisibleSchool, exam: Any, args: Args) -> list[ResponseObject]:
    places = [
        (row.school_class_id, row.academic_year, row.period)
        for row in models.ExamScheduleMatrix.objects.filter(exams=exam)
        if args.get("academicYear") in {None, row.academic_year}
    ]
    cells = [cell for place in places if (cell := school.cell(*place))]
    cells.sort(
        key=lambda cell: (
            cell.academic_year,
            *school_order(cell.seen),
            list(Period).index(cell.period),
        )
    )
    return objects("MatrixCell", cells)


def _available_exams(school: VisibleSchool, cell: Any, args: Args) -> ResponseObject:
    exams = models.Exam.objects.filter(
        Q(academic_year=None) | Q(academic_year=cell.academic_year),
        is_active=True,
        type="REVIEW" if period_type(cell.period) == "MONTHLY" else "QUARTERLY",
    )
    return page(args, "Exam", by_name(exams.exclude(cells=cell.pk)))


def _completion(school: VisibleSchool, cell: Any, args: Args) -> ResponseObject:
    states = [each.status for each in models.ExamSession.objects.filter(cell=cell.pk)]
    return make_object(
        "CompletionStats",
        key=cell.pk,
        total_sessions=len(states),
        completed=states.count("COMPLETED"),
        in_progress=states.count("IN_PROGRESS"),
        not_started=states.count("NOT_STARTED"),
        completion_rate=states.count("COMPLETED") / len(states) if states else 0.0,
    )


def _can_change(school: VisibleSchool, exam: Any) -> bool:
    return school.is_administrator or exam.created_by_id in {school.teacher_id} - {None}


def _history_of_exam(school: VisibleSchool, exam: Any, args: Args) -> ResponseObject:
    if not _can_change(school, exam):
        raise FieldError("FORBIDDEN")
    return history_of("EXAM", str(exam.pk), args)


_SYNCED = ("ClassAccessRequest", "ClassListing", "Exam", "TeacherClassAssignment")
_PAGED = ("MatrixCell", "SchoolClass", "Teacher", *_SYNCED)
_CLASS = "code name division grade section"
FIELDS: dict[str, dict[str, Field]] = {
    "Query": QUERIES,
    "School": {
        **with_id(
            "School",
            "key",
            "name timeZone currentAcademicYear firstAcademicYear lastAcademicYear country languages",
        ),
        "lessonDays": lambda school, row, args: ["MON", "TUE", "WED", "THU", "FRI"],
        "minimumDaysBetweenExams": lambda school, row, args: 0,
    },
    "Viewer": {
        **with_id("Viewer", "user_id", "username"),
        "teacher": related("Teacher", "teacher_id"),
        "seesAllClasses": lambda school, _, args: school.is_administrator,
        "canReviewRequests": lambda school, _, args: school.is_administrator,
        "canCreateExams": lambda school, _, args: (
            school.is_administrator or any(each.can_edit for each in school.school_classes())
        ),
        "assignmentConnection": lambda school, viewer, args: page(
            args,
            "TeacherClassAssignment",
            sorted(assignments(teacher=viewer.teacher_id), key=lambda each: each.pk),
        ),
        "assignments": lambda school, viewer, args: objects(
            "TeacherClassAssignment",
            sorted(
                assignments(teacher=viewer.teacher_id),
                key=lambda each: natural(each.school_class_id),
            ),
        ),
    },
    "ScheduleMatrix": with_id(
        "ScheduleMatrix",
        "key",
        "academicYear rows unavailableClassCodes gainedClassCodes lostClassCodes",
    ),
    "MatrixRow": {
        **with_id("MatrixRow", "key", "academicYear"),
        "accessLevel": lambda school, row, args: row.seen.access_level,
        "canEdit": lambda school, row, args: row.seen.can_edit,
        "schoolClass": lambda school, row, args: ResponseObject("SchoolClass", row.seen),
        "curriculum": lambda school, row, args: _curriculum(row.seen.code, row.academic_year),
        "cells": lambda school, row, args: school.cells(row.seen.code, row.academic_year, args),
    },
    "MatrixCell": {
        **node_fields(
            "MatrixCell",
            "academicYear period status scheduledDate startTime endTime room notes version createdAt "
            "updatedAt",
        ),
        "periodType": lambda school, cell, args: period_type(cell.period),
        "color": lambda school, cell, args: CELL_APPEARANCE[CellStatus(cell.status)].color,
        "icon": lambda school, cell, args: CELL_APPEARANCE[CellStatus(cell.status)].icon,
        "canEdit": lambda school, cell, args: cell.seen.can_edit,
        "schoolClass": lambda school, cell, args: ResponseObject("SchoolClass", cell.seen),
        "exams": lambda school, cell, args: objects(
            "Exam", by_name(models.Exam.objects.filter(cells=cell.pk))
        ),
        "examCount": lambda school, cell, args: models.Exam.objects.filter(cells=cell.pk).count(),
        "availableExams": _available_exams,
        "completion": _completion,
        "history": lambda school, cell, args: history_of("CELL", cell.pk, args),
        "invigilator": related("Teacher", "invigilator_id"),
        "createdBy": related("Teacher", "created_by_id"),
        "modifiedBy": related("Teacher", "modified_by_id"),
    },
    "CompletionStats": with_id(
        "CompletionStats", "key", "totalSessions completed inProgress notStarted completionRate"
    ),
    "SchoolClass": {
        **node_fields("SchoolClass", f"{_CLASS} stream isActive"),
        "lessonDays": lambda school, row, args: row.lesson_days.split() or None,
        "curriculum": lambda school, row, args: _curriculum(row.code, planned_year(args)),
        "cells": lambda school, row, args: school.cells(row.code, planned_year(args), args),
        "teachers": lambda school, row, args: objects(
            "TeacherClassAssignment",
            sorted(
                assignments(school_class=row.code),
                key=lambda each: (natural(each.teacher.name.casefold()), each.teacher_id),
            ),
        ),
    },
    "ClassListing": with_id("ClassListing", "code", _CLASS),
    "ClassCurriculum": with_id("ClassCurriculum", "key", "label primary secondary levels version"),
    "CurriculumLevel": {
        **node_fields("CurriculumLevel", "levelNumber"),
        "name": lambda school, level, args: _level_name(level),
        "subprogram": related("SubProgram", "subprogram_id"),
    },
    "SubProgram": {
        **node_fields("SubProgram", "name"),
        "program": related("Program", "program_id"),
        "levels": lambda school, row, args: objects(
            "CurriculumLevel", row.levels.order_by("level_number")
        ),
    },
    "Program": {
        **node_fields("Program", "name gradeFrom gradeTo"),
        "subprograms": lambda school, row, args: objects(
            "SubProgram", row.subprograms.order_by("position", "id")
        ),
    },
    "Exam": {
        **node_fields(
            "Exam",
            "name type academicYear totalQuestions timerMinutes passingScore instructions isActive "
            "version createdAt updatedAt",
        ),
        "curriculumLevel": related("CurriculumLevel", "curriculum_level_id"),
        "cells": _cells_of_exam,
        "canEdit": lambda school, exam, args: _can_change(school, exam),
        "history": _history_of_exam,
        "createdBy": related("Teacher", "created_by_id"),
    },
    "Teacher": {
        **node_fields("Teacher", "name isHeadTeacher"),
        "username": lambda school, teacher, args: (
            teacher.user.username
            if school.is_administrator or teacher.pk == school.teacher_id
            else None
        ),
        "classCodes": lambda school, teacher, args: [
            each.code
            for each in school.school_classes()
            if assignments(teacher=teacher.pk, school_class=each.code).exists()
        ],
    },
    "TeacherClassAssignment": {
        **node_fields("TeacherClassAssignment", "accessLevel expiresAt isActive"),
        "teacher": related("Teacher", "teacher_id"),
        "schoolClass": lambda school, row, args: object_or_none(
            "SchoolClass", school.school_class(row.school_class_id)
        ),
    },
    "ClassAccessRequest": {
        **node_fields(
            "ClassAccessRequest",
            "requestedAccessLevel reason status requestedAt reviewedAt reviewNote",
        ),
        "teacher": related("Teacher", "teacher_id"),
        "classListing": lambda school, row, args: ResponseObject("ClassListing", row.school_class),
        "schoolClass": lambda school, row, args: object_or_none(
            "SchoolClass", school.school_class(row.school_class_id)
        ),
        "reviewedBy": related("Teacher", "reviewed_by_id"),
    },
    "PageInfo": columns("hasNextPage hasPreviousPage"),
    **HISTORY,
    **{
        f"{type_}Connection": columns(
            "edges pageInfo totalCount removedIds"
            if type_ in _SYNCED
            else "edges pageInfo totalCount"
        )
        for type_ in _PAGED
    },
    **{f"{type_}Edge": columns("node") for type_ in _PAGED},
}
