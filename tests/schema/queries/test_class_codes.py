"""Every class can be addressed: codes with small letters, hyphens or the greatest length, grade 0, and no section."""

from __future__ import annotations

from typing import Any

import pytest

from primepath.domain.period import Period
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import SchoolClass
from primepath.services.school.create_class import create_class
from tests.client import data
from tests.factories import YEAR, as_viewer, assign, head_teacher, make_cell, make_teacher
from tests.schema.mutations.documents import at, result_of

pytestmark = pytest.mark.django_db

CODES = ["Young-cho2", "young-cho2", "YOUNG-CHO2", "High1_SaiSun_3-5", "PS1", "x" * 32, "-", "_"]
DOCUMENT = """
query ($codes: [String!], $code: String!, $key: CellKey!, $cell: ID!, $class: ID!) {
  scheduleMatrix(classCodes: $codes) { unavailableClassCodes rows { schoolClass { code } cells(periods: [JAN]) { id } } }
  schoolClass(code: $code) { name grade section }
  matrixCell(at: $key) { id notes }
  cell: node(id: $cell) { ... on MatrixCell { id notes } }
  class: node(id: $class) { ... on SchoolClass { code } }
}
"""


def new_class(code: str, **values: Any) -> SchoolClass:
    """Create a class as the administration site does."""
    given: Any = {"name": code, "division": "PRIMARY", "grade": 0, "section": "", **values}
    create_class(viewer=COMMAND_LINE, code=code, values=given)
    return SchoolClass.objects.get(pk=code)


def test_classes_are_addressed_by_their_exact_code() -> None:
    for code in CODES:
        make_cell(new_class(code), notes=code)
    for code in CODES:
        found = data(
            DOCUMENT,
            head_teacher(),
            {
                "codes": [code],
                "code": code,
                "key": at(code)["at"],
                "cell": f"MatrixCell:{code}/{YEAR}/JAN",
                "class": f"SchoolClass:{code}",
            },
        )
        cell = {"id": f"MatrixCell:{code}/{YEAR}/JAN", "notes": code}
        row = {"schoolClass": {"code": code}, "cells": [{"id": cell["id"]}]}
        assert found == {
            "scheduleMatrix": {"unavailableClassCodes": [], "rows": [row]},
            "schoolClass": {"name": code, "grade": 0, "section": ""},
            "matrixCell": cell,
            "cell": cell,
            "class": {"code": code},
        }


def test_access_to_a_class_is_not_access_to_one_in_other_case() -> None:
    teacher = make_teacher()
    assign(teacher, new_class("Young-cho2"))
    new_class("young-cho2")
    found = data(
        "query ($codes: [String!]) { scheduleMatrix(classCodes: $codes) { unavailableClassCodes rows { schoolClass { code } } } }",
        as_viewer(teacher),
        {"codes": ["Young-cho2", "young-cho2", "YOUNG-CHO2"]},
    )["scheduleMatrix"]
    assert found == {
        "unavailableClassCodes": ["young-cho2", "YOUNG-CHO2"],
        "rows": [{"schoolClass": {"code": "Young-cho2"}}],
    }


def test_cells_of_a_class_with_small_letters_change() -> None:
    new_class("Young-cho2"), new_class("young-cho2")
    viewer = head_teacher()
    cell = result_of("updateCell", viewer, cell=at("Young-cho2"), notes="Bring a pen.")
    assert cell["id"] == f"MatrixCell:Young-cho2/{YEAR}/JAN"
    (shared,) = result_of("shareCell", viewer, source=at("Young-cho2"), classCodes=["young-cho2"])
    assert (shared["id"], shared["version"]) == (f"MatrixCell:young-cho2/{YEAR}/{Period.JAN}", 0)
