"""Invigilators in a file: ``name (username)``, as an export and as people write them."""

from __future__ import annotations

import pytest

from primepath.domain.period import Period
from primepath.exchange.exporting import FileFormat
from primepath.exchange.rows import Effect
from primepath.models import ExamScheduleMatrix
from tests.factories import YEAR, make_cell, make_class, make_teacher
from tests.primepath.exchange.test_round_trip import csv_of, export, import_

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("format", [FileFormat.CSV, FileFormat.XLSX])
@pytest.mark.parametrize("username", ["mina (english)", "mina (", "a (b) (c)", "a)", "("])
def test_username_with_brackets_is_read_back(format: FileFormat, username: str) -> None:
    for other in ("english", "c", "english)"):
        make_teacher(other)
    teacher = make_teacher(username)
    teacher.name = "Kim  (Mina)"
    teacher.save()
    make_cell(make_class("PRIMARY_1A"), Period.MAR, invigilator=teacher)
    rows = import_("schedule", export("schedule", format)).rows
    assert {row.effect for row in rows} == {Effect.UNCHANGED}


@pytest.mark.parametrize(
    "text", ["mina", " mina ", "Kim (mina)", "Kim (Mina) (mina)", "Kim(M) (mina) "]
)
def test_invigilator_as_people_write_it(text: str) -> None:
    teacher = make_teacher("mina")
    make_class("PRIMARY_1A")
    (row,) = import_(
        "schedule", csv_of("class_code,year,period,invigilator", f"PRIMARY_1A,{YEAR},MAR,{text}")
    ).rows
    assert row.effect is Effect.CHANGE
    assert ExamScheduleMatrix.objects.get().invigilator == teacher
