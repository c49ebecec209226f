"""The fields of `Query`."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings

from primepath import models
from primepath.domain.cell import CLASS_CODE_PATTERN
from primepath.domain.period import Period
from tests.properties.oracle.seen_school import SeenSchool, planned_year
from tests.properties.oracle.things import (
    INTERFACES,
    Args,
    Field,
    Refusal,
    Thing,
    by_name,
    listed,
    new,
    page,
    school_order,
    thing,
    things,
)


def _schedule_matrix(school: SeenSchool, _: Any, args: Args) -> Thing:
    year, codes = planned_year(args), listed(args, "classCodes")
    if args.get("changesAfter") is not None:
        raise Refusal("BAD_USER_INPUT")
    classes = school.school_classes(codes)
    seen = {each.code for each in classes}
    return new(
        "ScheduleMatrix",
        academic_year=year,
        rows=[new("MatrixRow", academic_year=year, seen=each) for each in classes],
        unavailable_class_codes=[code for code in dict.fromkeys(codes or ()) if code not in seen],
        gained_class_codes=[],
        lost_class_codes=[],
    )


def _exams(_: SeenSchool, __: Any, args: Args) -> Thing:
    wanted = args.get("filter", {})
    level = wanted.get("curriculumLevelId", "CurriculumLevel:")
    if not level.startswith("CurriculumLevel:"):
        raise Refusal("BAD_USER_INPUT")
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


def _node(school: SeenSchool, id: str) -> Any:
    type_, _, key = id.partition(":")
    code = CLASS_CODE_PATTERN
    forms = {"SchoolClass": code, "MatrixCell": f"{code}/[0-9]{{4}}/({'|'.join(Period)})"}
    if type_ not in INTERFACES["Node"] or not re.fullmatch(forms.get(type_, "[1-9][0-9]*"), key):
        return Refusal("BAD_USER_INPUT")
    if type_ == "SchoolClass":
        return thing(type_, school.school_class(key))
    if type_ == "MatrixCell":
        code, year, period = key.split("/")
        return thing(type_, school.cell(code, int(year), period))
    row = getattr(models, type_).objects.filter(pk=key).first()
    hidden = (
        type_ == "TeacherClassAssignment" and row and not school.school_class(row.school_class_id)
    ) or (type_ == "ClassAccessRequest" and row not in school.access_requests())
    return None if hidden else thing(type_, row)


def _school(school: SeenSchool, _: Any, args: Args) -> Thing:
    years = settings.ACADEMIC_YEARS
    return new(
        "School",
        name=settings.SCHOOL_NAME,
        time_zone=settings.TIME_ZONE,
        current_academic_year=planned_year({}),
        first_academic_year=years.first,
        last_academic_year=years.last,
    )


def _signed_in(field: Field) -> Field:
    def guarded(school: SeenSchool, row: Any, args: Args) -> Any:
        if school.viewer is None:
            raise Refusal("UNAUTHENTICATED")
        return field(school, row, args)

    return guarded


_FOR_SIGNED_IN: dict[str, Field] = {
    "scheduleMatrix": _schedule_matrix,
    "matrixCell": lambda school, _, args: thing(
        "MatrixCell",
        school.cell(args["at"]["classCode"], args["at"]["academicYear"], args["at"]["period"]),
    ),
    "schoolClass": lambda school, _, args: thing("SchoolClass", school.school_class(args["code"])),
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
    "exams": _exams,
    "programs": lambda school, _, args: things(
        "Program", models.Program.objects.order_by("position", "id")
    ),
    "teachers": lambda school, _, args: page(
        args, "Teacher", by_name(models.Teacher.objects.all(), args.get("nameContains", ""))
    ),
    "classAccessRequests": lambda school, _, args: page(
        args, "ClassAccessRequest", school.access_requests(args.get("status"))
    ),
    "node": lambda school, _, args: _node(school, args["id"]),
    "nodes": lambda school, _, args: [_node(school, id) for id in listed(args, "ids")],
}

QUERIES: dict[str, Field] = {
    "school": _school,
    "viewer": lambda school, _, args: thing("Viewer", school.viewer),
    **{name: _signed_in(field) for name, field in _FOR_SIGNED_IN.items()},
}
