"""The fields of `Query`."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings

from primepath import models
from primepath.domain.cell import CLASS_CODE_PATTERN
from primepath.domain.period import Period
from schema.ids import digest_key
from tests.properties.reference_implementation.matrix_cells import matrix_cells
from tests.properties.reference_implementation.response_objects import (
    INTERFACES,
    Args,
    Field,
    FieldError,
    ResponseObject,
    as_list,
    by_name,
    make_object,
    object_or_none,
    objects,
    page,
    school_order,
)
from tests.properties.reference_implementation.visible_school import VisibleSchool, planned_year


def _schedule_matrix(school: VisibleSchool, _: Any, args: Args) -> ResponseObject:
    year, codes = planned_year(args), as_list(args, "classCodes")
    if args.get("changesAfter") is not None:
        raise FieldError("BAD_USER_INPUT")
    classes = school.school_classes(codes)
    seen = {each.code for each in classes}
    distinct = None if codes is None else list(dict.fromkeys(codes))
    return make_object(
        "ScheduleMatrix",
        key=str(year) if distinct is None else f"{year}/{digest_key(distinct, None)}",
        academic_year=year,
        rows=[
            make_object("MatrixRow", key=f"{each.code}/{year}", academic_year=year, seen=each)
            for each in classes
        ],
        unavailable_class_codes=[code for code in distinct or () if code not in seen],
        gained_class_codes=[],
        lost_class_codes=[],
    )


def _exams(_: VisibleSchool, __: Any, args: Args) -> ResponseObject:
    wanted = args.get("filter", {})
    level = wanted.get("curriculumLevelId", "CurriculumLevel:")
    if not level.startswith("CurriculumLevel:"):
        raise FieldError("BAD_USER_INPUT")
    columns = {
        "type": wanted.get("type"),
        "academic_year": wanted.get("academicYear"),
        "is_active": wanted.get("isActive"),
        "curriculum_level": level.partition(":")[2] or None,
    }
    exams = models.Exam.objects.filter(**{k: v for k, v in columns.items() if v is not None})
    rows = by_name(exams, wanted.get("nameContains", ""))
    if args.get("orderBy") == "CREATED_AT_DESC":
        rows.sort(key=lambda exam: (exam.created_at, exam.pk), reverse=True)
    return page(args, "Exam", rows)


def _node(school: VisibleSchool, id: str) -> Any:
    type_, _, key = id.partition(":")
    code = CLASS_CODE_PATTERN
    if re.fullmatch("Viewer:[1-9][0-9]*", id):
        return None
    forms = {"SchoolClass": code, "MatrixCell": f"{code}/[0-9]{{4}}/({'|'.join(Period)})"}
    if type_ not in INTERFACES["Node"] or not re.fullmatch(forms.get(type_, "[1-9][0-9]*"), key):
        return FieldError("BAD_USER_INPUT")
    if type_ == "SchoolClass":
        return object_or_none(type_, school.school_class(key))
    if type_ == "MatrixCell":
        code, year, period = key.split("/")
        return object_or_none(type_, school.cell(code, int(year), period))
    row = getattr(models, type_).objects.filter(pk=key).first()
    hidden = (
        type_ == "TeacherClassAssignment" and row and not school.school_class(row.school_class_id)
    ) or (type_ == "ClassAccessRequest" and row not in school.access_requests())
    return None if hidden else object_or_none(type_, row)


def _school(school: VisibleSchool, _: Any, args: Args) -> ResponseObject:
    years = settings.ACADEMIC_YEARS
    return make_object(
        "School",
        key="school",
        name=settings.SCHOOL_NAME,
        time_zone=settings.TIME_ZONE,
        current_academic_year=planned_year({}),
        first_academic_year=years.first,
        last_academic_year=years.last,
        country="KR",
        languages=["en", "ko"],
    )


def _signed_in(field: Field) -> Field:
    def guarded(school: VisibleSchool, row: Any, args: Args) -> Any:
        if school.viewer is None:
            raise FieldError("UNAUTHENTICATED")
        return field(school, row, args)

    return guarded


_FOR_SIGNED_IN: dict[str, Field] = {
    "scheduleMatrix": _schedule_matrix,
    "matrixCell": lambda school, _, args: object_or_none(
        "MatrixCell",
        school.cell(args["at"]["classCode"], args["at"]["academicYear"], args["at"]["period"]),
    ),
    "schoolClass": lambda school, _, args: object_or_none(
        "SchoolClass", school.school_class(args["code"])
    ),
    "schoolClasses": lambda school, _, args: page(
        args,
        "SchoolClass",
        [
            each
            for each in school.school_classes()
            if args.get("division") in {None, each.division}
            if args.get("grade") in {None, each.grade}
        ],
    ),
    "classDirectory": lambda school, _, args: page(
        args,
        "ClassListing",
        sorted(models.SchoolClass.objects.filter(is_active=True), key=school_order),
    ),
    "matrixCells": matrix_cells,
    "exams": _exams,
    "programs": lambda school, _, args: objects(
        "Program", models.Program.objects.order_by("position", "id")
    ),
    "teachers": lambda school, _, args: page(
        args, "Teacher", by_name(models.Teacher.objects.all(), args.get("nameContains", ""))
    ),
    "classAccessRequests": lambda school, _, args: page(
        args, "ClassAccessRequest", school.access_requests(args.get("status"))
    ),
    "node": lambda school, _, args: _node(school, args["id"]),
    "nodes": lambda school, _, args: [_node(school, id) for id in as_list(args, "ids")],
}

QUERIES: dict[str, Field] = {
    "school": _school,
    "viewer": lambda school, _, args: object_or_none("Viewer", school.viewer),
    **{name: _signed_in(field) for name, field in _FOR_SIGNED_IN.items()},
}
