"""Prepared statements: SQL is compiled once and run with different values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from loaders.dispatch import Dispatcher
from loaders.visible_classes import VisibleClass, VisibleClasses
from primepath.db.collected import Collected
from primepath.db.statement import Statement
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.models import Exam, ExamScheduleMatrix, Program, SchoolClass, Teacher
from tests.factories import as_viewer, assign, make_cell, make_class, make_exam, make_teacher

pytestmark = pytest.mark.django_db

_COLUMNS = ("code", "grade", "is_active", "curriculum_version")


def _by_code(codes: Any) -> QuerySet[Any, Any]:
    return SchoolClass.objects.filter(code__key_in=codes).values_list(*_COLUMNS)


@pytest.fixture
def compiled() -> Iterator[list[None]]:
    """Return a list with one entry for each time that the ORM compiles a statement."""
    calls: list[None] = []
    original = SQLCompiler.as_sql

    def as_sql(self: SQLCompiler, *args: Any, **kwargs: Any) -> Any:
        calls.append(None)
        return original(self, *args, **kwargs)

    with patch.object(SQLCompiler, "as_sql", as_sql):
        yield calls


def test_sql_is_compiled_once_and_run_with_other_values(compiled: list[None]) -> None:
    for code in ("A", "B", "C"):
        make_class(code)
    statement = Statement(_by_code)
    compiled.clear()
    assert {code for code, *_ in statement(["A", "B"])} == {"A", "B"}
    assert [code for code, *_ in statement(["C", "none"])] == ["C"]
    assert list(statement([])) == []
    assert len(compiled) == 1


_PLAIN_KEYS = [
    "",
    " ",
    "NULL",
    "null",
    "a,b",
    "{",
    "}",
    "'",
    "%s",
    "\x7f\u2028",
    "김",
    "\N{CALENDAR}",
]
_ESCAPED_KEYS = ['{"a"}', 'quo"te', "back\\slash", "new\nline", "tab\t"]


@pytest.mark.parametrize("name", _PLAIN_KEYS + _ESCAPED_KEYS)
def test_keys_of_any_characters_are_found(name: str) -> None:
    """Both as the value of a parameter and in a query of the ORM, with other keys around it."""
    Program.objects.bulk_create(
        [Program(name=each, grade_from=1, grade_to=2) for each in (name, "other")]
    )
    statement = Statement(
        lambda names: Program.objects.filter(name__key_in=names).values_list("name")
    )
    keys = ["none", name, "more"]
    assert list(statement(keys)) == [(name,)]
    assert list(Program.objects.filter(name__key_in=keys).values_list("name")) == [(name,)]


@pytest.mark.parametrize("model", [SchoolClass, ExamScheduleMatrix, Exam, Teacher])
def test_rows_equal_those_of_the_queryset(model: type[Model]) -> None:
    make_class("A", is_active=False)
    exam = make_exam('김 \N{CALENDAR} "\\\x7f\u2028', created_by=make_teacher(head=True))
    make_cell(
        make_class("B", grade=12, name="ß\n'"),
        exams=[exam],
        scheduled_date=date(2026, 1, 31),
        start_time=time(9, 0, 0, 7),
        notes="\t%s",
    )
    columns = [field.attname for field in model._meta.concrete_fields]
    rows = model._default_manager.values_list(*columns)
    read, expected = sorted(Statement(lambda: rows)(), key=str), sorted(rows, key=str)
    assert expected
    assert read == expected
    assert [list(map(type, row)) for row in read] == [list(map(type, row)) for row in expected]


def test_values_are_converted_although_more_occur_than_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("primepath.db.statement._MOST_CONVERTED", 2)
    school_class = make_class("A")
    days = [date(2026, 1, day) for day in range(1, len(Period) + 1)]
    for day, period in zip(days, Period, strict=True):
        make_cell(school_class, period, scheduled_date=day)
    statement = Statement(lambda: ExamScheduleMatrix.objects.values_list("scheduled_date"))
    for _ in range(2):
        assert sorted(day for (day,) in statement()) == days


def test_lists_are_new_in_each_run() -> None:
    exam = make_exam()
    make_cell(make_class("A"), exams=[exam])
    statement = Statement(
        lambda: (
            Exam.objects.values("pk")
            .annotate(cell_ids=Collected("exam_cells__cell"))
            .values_list("cell_ids")
        )
    )
    ((first,),) = statement()
    first.clear()
    ((second,),) = statement()
    assert len(second) == 1


@pytest.mark.parametrize("key", ["%s", "a%b", "'", '"', "\\", "{x}", "é\N{CALENDAR}", "A" * 300])
def test_keys_are_parameters_whatever_they_contain(key: str) -> None:
    make_class("A")
    assert [code for code, *_ in Statement(_by_code)([key, "A"])] == ["A"]


def test_values_follow_the_order_of_the_arguments() -> None:
    make_class("A", grade=1, name="1")
    make_class("B", grade=2, name="1")
    # The statement has them in the opposite order.
    statement = Statement(
        lambda name, grade: SchoolClass.objects.filter(grade=grade, name=name).values_list("code")
    )
    assert list(statement("1", 2)) == [("B",)]
    assert list(statement("2", 1)) == []


def test_number_of_values_must_equal_the_number_of_arguments() -> None:
    with pytest.raises(ValueError, match="zip"):
        Statement(_by_code)()


def _visible(viewer: Viewer) -> list[VisibleClass]:
    dispatcher = Dispatcher()
    return dispatcher.run(VisibleClasses(dispatcher, viewer).all())


def test_access_that_expires_between_two_operations_ends() -> None:
    teacher, now = make_teacher(), timezone.now()
    assign(teacher, make_class("A"), expires_at=now + timedelta(hours=1))
    viewer = as_viewer(teacher)
    assert [each.code for each in _visible(viewer)] == ["A"]
    with patch("django.utils.timezone.now", return_value=now + timedelta(hours=2)):
        assert _visible(viewer) == []


def test_teachers_share_a_statement_but_see_their_own_classes() -> None:
    teachers = {code: make_teacher() for code in ("A", "B")}
    for code, teacher in teachers.items():
        assign(teacher, make_class(code))
    for code, teacher in teachers.items():
        assert [each.code for each in _visible(as_viewer(teacher))] == [code]
