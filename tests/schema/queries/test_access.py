"""Visible objects for every field that leads to classes, and for every kind of viewer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from primepath.domain.history import HistoryAction, HistorySubject
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import (
    ClassAccessRequest,
    ClassCurriculumMapping,
    ExamScheduleMatrix,
    HistoryEntry,
    SchoolClass,
    SchoolDay,
    Teacher,
    TeacherClassAssignment,
)
from primepath.services.accounts.tokens import create_token
from tests.client import data
from tests.factories import (
    YEAR,
    assign,
    make_cell,
    make_class,
    make_exam,
    make_level,
)
from tests.stored_once import StoreOnce

pytestmark = pytest.mark.django_db

# Two classes, of which teachers with an assignment have access to the first. One inactive class, to which all of them have
# full access. One class that does not exist.
CODES = ("SEEN", "OTHER", "CLOSED", "MISSING")
# Fixed keys, so that documents can name them. No object has the last one.
KEYS = {code: 10**15 - number for number, code in enumerate(CODES)}
OWN_REQUEST = KEYS["CLOSED"]

# Columns: not signed in (none), a wrong token, a teacher without a class (lone), teachers of each level. Then teachers with
# expired or revoked full access, a head teacher, and staff without a profile.
# Results: UNAUTHENTICATED (auth), status 401 (401), nothing (-), objects of the class SEEN (seen), of SEEN and OTHER
# (all), of the viewer (own), of the school.
TABLE = """
entry                        none   wrong lone VIEW SUBST CO_T FULL expired revoked head staff
scheduleMatrix               auth   401   -    seen seen  seen seen -       -       all  all
scheduleMatrix(classCodes)   auth   401   -    seen seen  seen seen -       -       all  all
matrixCell                   auth   401   -    seen seen  seen seen -       -       all  all
schoolClass                  auth   401   -    seen seen  seen seen -       -       all  all
schoolClass.cells            auth   401   -    seen seen  seen seen -       -       all  all
schoolClass.teachers         auth   401   -    seen seen  seen seen -       -       all  all
schoolClass.curriculum       auth   401   -    seen seen  seen seen -       -       all  all
schoolClasses                auth   401   -    seen seen  seen seen -       -       all  all
node(MatrixCell)             auth   401   -    seen seen  seen seen -       -       all  all
node(SchoolClass)            auth   401   -    seen seen  seen seen -       -       all  all
node(Assignment)             auth   401   -    seen seen  seen seen -       -       all  all
node(AccessRequest)          auth   401   own  own  own   own  own  own     own     all  all
nodes(MatrixCell)            auth   401   -    seen seen  seen seen -       -       all  all
nodes(SchoolClass)           auth   401   -    seen seen  seen seen -       -       all  all
nodes(Assignment)            auth   401   -    seen seen  seen seen -       -       all  all
nodes(AccessRequest)         auth   401   own  own  own   own  own  own     own     all  all
Exam.cells                   auth   401   -    seen seen  seen seen -       -       all  all
node(Exam).cells             auth   401   -    seen seen  seen seen -       -       all  all
MatrixCell.exams.cells       auth   401   -    seen seen  seen seen -       -       all  all
classAccessRequests          auth   401   own  own  own   own  own  own     own     all  all
AccessRequest.schoolClass    auth   401   -    -    -     -    -    -       -       all  all
classDirectory               auth   401   all  all  all   all  all  all     all     all  all
exams                        auth   401   all  all  all   all  all  all     all     all  all
programs                     auth   401   all  all  all   all  all  all     all     all  all
teachers                     auth   401   all  all  all   all  all  all     all     all  all
matrixCells                  auth   401   -    seen seen  seen seen -       -       all  all
changeSets                   auth   401   -    seen seen  seen seen -       -       all  all
viewer                       -      401   own  own  own   own  own  own     own     own  own
viewer.assignments           -      401   -    seen seen  seen seen -       -       -    -
scheduleWarnings             auth   401   -    seen seen  seen seen -       -       all  all
scheduleWarnings(classCodes) auth   401   -    seen seen  seen seen -       -       all  all
MatrixCell.warnings          auth   401   -    seen seen  seen seen -       -       all  all
holidays                     auth   401   all  all  all   all  all  all     all     all  all
school                       school 401   school school school school school school school school school
"""
RESULTS = {
    "-": set(),
    "seen": {"SEEN"},
    "all": {"SEEN", "OTHER"},
    "own": {"OWN"},
    "school": {"SCHOOL"},
}


def _table() -> Iterator[tuple[str, str, str]]:
    (_, *viewers), *rows = (line.split() for line in TABLE.strip().splitlines())
    for entry, *results in rows:
        for viewer, expected in zip(viewers, results, strict=True):
            yield entry, viewer, expected


# Documents by entry. The alias `shown` has the owner of an object: SEEN, OTHER, CLOSED, OWN or SCHOOL. A text without
# braces is a field, which is selected once for each class.
ENTRIES = {
    "scheduleMatrix": "{ scheduleMatrix(academicYear: YEAR) { rows { CLASS cells { id } } } }",
    "scheduleMatrix(classCodes)": (
        'scheduleMatrix(academicYear: YEAR, classCodes: ["CODE"]) { rows { CLASS cells { id } } }'
    ),
    "matrixCell": 'matrixCell(at: {classCode: "CODE", academicYear: YEAR, period: Q4}) { CLASS }',
    "schoolClass": 'schoolClass(code: "CODE") { shown: code }',
    "schoolClass.cells": 'schoolClass(code: "CODE") { cells(academicYear: YEAR) { CLASS } }',
    "schoolClass.teachers": 'schoolClass(code: "CODE") { teachers { CLASS } }',
    "schoolClass.curriculum": (
        'schoolClass(code: "CODE") { curriculum(academicYear: YEAR) { shown: label } }'
    ),
    "schoolClasses": "{ schoolClasses { edges { node { shown: code } } } }",
    "node(MatrixCell)": 'node(id: "MatrixCell:CODE/YEAR/Q4") { ... on MatrixCell { CLASS } }',
    "node(SchoolClass)": 'node(id: "SchoolClass:CODE") { ... on SchoolClass { shown: code } }',
    "node(Assignment)": (
        'node(id: "TeacherClassAssignment:KEY") { ... on TeacherClassAssignment { CLASS } }'
    ),
    "node(AccessRequest)": (
        'node(id: "ClassAccessRequest:KEY") { ... on ClassAccessRequest { shown: reason } }'
    ),
    "nodes(MatrixCell)": 'nodes(ids: ["MatrixCell:CODE/YEAR/Q4"]) { ... on MatrixCell { CLASS } }',
    "nodes(SchoolClass)": 'nodes(ids: ["SchoolClass:CODE"]) { ... on SchoolClass { shown: code } }',
    "nodes(Assignment)": (
        'nodes(ids: ["TeacherClassAssignment:KEY"]) { ... on TeacherClassAssignment { CLASS } }'
    ),
    "nodes(AccessRequest)": (
        'nodes(ids: ["ClassAccessRequest:KEY"]) { ... on ClassAccessRequest { shown: reason } }'
    ),
    "Exam.cells": "{ exams { edges { node { cells { CLASS } } } } }",
    "node(Exam).cells": 'node(id: "Exam:KEY") { ... on Exam { cells(academicYear: YEAR) { CLASS } } }',
    "MatrixCell.exams.cells": (
        "{ scheduleMatrix(academicYear: YEAR) { rows { cells { exams { cells { CLASS } } } } } }"
    ),
    "classAccessRequests": "{ classAccessRequests { edges { node { shown: reason } } } }",
    "AccessRequest.schoolClass": "{ classAccessRequests { edges { node { CLASS } } } }",
    "classDirectory": "{ classDirectory { edges { node { shown: code } } } }",
    "exams": "{ exams { edges { node { shown: name } } } }",
    "programs": "{ programs { shown: name } }",
    "teachers": '{ teachers(nameContains: "e") { edges { node { shown: name } } } }',
    "matrixCells": "{ matrixCells(filter: { academicYear: YEAR }) { edges { node { CLASS } } } }",
    "changeSets": "{ changeSets { edges { node { shown: byName } } } }",
    "viewer": "{ viewer { shown: username } }",
    "viewer.assignments": "{ viewer { assignments { CLASS } } }",
    "scheduleWarnings": (
        "{ scheduleWarnings(academicYear: YEAR) { cells { CLASS warnings { cells { CLASS } } } } }"
    ),
    "scheduleWarnings(classCodes)": (
        'scheduleWarnings(academicYear: YEAR, classCodes: ["CODE"]) { cells { CLASS } }'
    ),
    "MatrixCell.warnings": (
        "{ scheduleMatrix(academicYear: YEAR) { rows { cells(periods: [JAN]) { warnings { cells { CLASS } } } } } }"
    ),
    "holidays": '{ holidays(from: "YEAR-01-07", to: "YEAR-01-08") { shown: name } }',
    "school": "{ school { shown: name } }",
}


def _document(entry: str) -> str:
    text = ENTRIES[entry].replace("CLASS", "schoolClass { shown: code }").replace("YEAR", str(YEAR))
    if text.startswith("{"):
        return text
    fields = (
        f"{code.lower()}: {text}".replace("CODE", code).replace("KEY", str(KEYS[code]))
        for code in CODES
    )
    return f"{{ {' '.join(fields)} }}"


def _fill_school() -> None:
    """Store three classes, each with a cell in January that has both exams, and the other objects of each class."""
    classes = [make_class(code, is_active=code != "CLOSED") for code in CODES[:3]]
    exams = [make_exam(code, pk=KEYS[code]) for code in ("SEEN", "OTHER")]
    people = {}
    for each in classes:
        make_cell(each, exams=exams)
        name = each.code if each.is_active else "Nobody"
        user = User.objects.create(username=name)
        teacher = people[each.code] = Teacher.objects.create(user=user, name=name)
        TeacherClassAssignment.objects.create(
            pk=KEYS[each.code], teacher=teacher, school_class=each, access_level="FULL"
        )
        HistoryEntry.objects.create(
            action=HistoryAction.UPDATE_CELL,
            subject=HistorySubject.CELL,
            subject_key=f"{each.code}/{YEAR}/JAN",
            actor_name=each.code,
            at=timezone.now(),
            change_set=uuid4(),
            changes=[("notes", "", "x")],
        )
    for code, wanted in ("SEEN", "OTHER"), ("OTHER", "SEEN"):
        _request_access(people[code], wanted, pk=KEYS[code], reason=code)
    for each in classes[:2]:
        ClassCurriculumMapping.objects.create(
            school_class=each,
            academic_year=YEAR,
            curriculum_level=make_level(program=each.code),
            priority=1,
        )

    for number, code in enumerate(("SEEN", "OTHER")):
        day = date(YEAR, 1, 7 + number)
        SchoolDay.objects.create(date=day, name=code, kind="SCHOOL")


def _request_access(teacher: Teacher, code: str, **values: Any) -> ClassAccessRequest:
    return ClassAccessRequest.objects.create(
        teacher=teacher, school_class_id=code, requested_access_level="VIEW", **values
    )


def _headers(kind: str) -> dict[str, str]:
    """Create a viewer of this kind and return the headers that authenticate them."""
    if kind == "none":
        return {}
    if kind == "wrong":
        return {"Authorization": "Bearer ppt_wrong"}
    user = User.objects.create(username="OWN", is_staff=kind == "staff")
    if kind != "staff":
        teacher = Teacher.objects.create(user=user, name="OWN", is_head_teacher=kind == "head")
        if kind != "head":
            _request_access(teacher, "OTHER", pk=OWN_REQUEST, reason="OWN")
        if kind not in {"lone", "head"}:
            _assign_as(kind, teacher)
    token, _ = create_token(user=user, name="Test")
    return {"Authorization": f"Bearer {token}"}


def _assign_as(kind: str, teacher: Teacher) -> None:
    levels = {"VIEW": "VIEW", "SUBST": "SUBSTITUTE", "CO_T": "CO_TEACHER"}
    assign(
        teacher,
        SchoolClass.objects.get(code="SEEN"),
        AccessLevel(levels.get(kind, "FULL")),
        expires_at=timezone.now() - timedelta(seconds=1) if kind == "expired" else None,
        is_active=kind != "revoked",
    )
    assign(teacher, SchoolClass.objects.get(code="CLOSED"))


def _shown(value: Any) -> set[str]:
    """Return the owners of the objects in the response."""
    if isinstance(value, list):
        return set().union(*map(_shown, value))
    if isinstance(value, dict):
        own = {value["shown"].split()[0]} if "shown" in value else set()
        return own.union(*map(_shown, value.values()))
    return set()


@pytest.fixture(scope="module")
def _school(store_once: StoreOnce) -> None:
    store_once(_fill_school)


@pytest.mark.usefixtures("_school")
@pytest.mark.parametrize(("entry", "viewer", "expected"), list(_table()))
def test_viewer_sees_the_objects_in_the_table(
    entry: str, viewer: str, expected: str, settings: Settings
) -> None:
    settings.SCHOOL_NAME = "SCHOOL"
    response = Client().post(
        "/graphql",
        {"query": _document(entry)},
        content_type="application/json",
        headers=_headers(viewer),
    )
    body = response.json()
    codes = {error["extensions"]["code"] for error in body.get("errors", [])}
    if expected == "401":
        assert (response.status_code, codes, "data" in body) == (401, {"UNAUTHENTICATED"}, False)
    elif expected == "auth":
        assert (response.status_code, codes) == (200, {"UNAUTHENTICATED"})
        assert set(body["data"].values()) == {None}
    else:
        assert (response.status_code, codes) == (200, set())
        assert _shown(body["data"]) == RESULTS[expected]
    (visible,) = (
        result for entry, kind, result in _table() if (entry, kind) == ("schoolClass", viewer)
    )
    unseen = ExamScheduleMatrix.objects.exclude(school_class__in=RESULTS.get(visible, set()))
    assert {cell.period for cell in unseen} == {"JAN"}, (
        "A cell of a class that is not visible was stored."
    )


def test_table_has_every_field_of_the_query_type() -> None:
    document = "{ __schema { queryType { fields { name } } } }"
    fields = data(document, COMMAND_LINE)["__schema"]["queryType"]
    assert {each["name"] for each in fields["fields"]} <= {entry.split("(")[0] for entry in ENTRIES}
