"""Merged deltas equal a full read, for every field that a matrix can show and for every kind of change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from graphql import get_named_type, is_leaf_type, is_required_argument

from primepath.domain.exam import SessionStatus
from primepath.domain.viewer import COMMAND_LINE
from primepath.models import ExamSession
from primepath.services.accounts.update_teacher import update_teacher
from schema.build import schema
from schema.execution.core import graphql_schema
from schema.metadata import Fact, facts_of
from tests.client import answer
from tests.schema.queries.test_matrix_delta import CHANGES, LOST, School, key, school

__all__ = ["school"]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DOCUMENT = """
query ($after: String) {
  scheduleMatrix(academicYear: 2026, changesAfter: $after) {
    syncToken lostClassCodes
    rows { class: schoolClass { code } %s cells { key: id %s } }
  }
}
"""
TYPES = graphql_schema(schema).type_map
DEPTH = 3
# Within the limits on aliases and on the cost of a document.
MOST = 5
# They show a subset of what `edges` shows, or their positions in the list.
LEFT_OUT = {"pageInfo", "cursor"}
# A row of a delta is another object than the whole row.
OTHER_OBJECT = ("MatrixRow", "id")


class Selection(NamedTuple):
    """A field, with one field below it and so on, and what these declare to depend on."""

    text: str
    facts: frozenset[Fact]


def selections(type_name: str, depth: int) -> Iterator[Selection]:
    """Each field that can be selected of a type, alone, with each field below it, alone."""
    type_: Any = TYPES[type_name]
    for name, field in type_.fields.items():
        if name in LEFT_OUT or (type_name, name) == OTHER_OBJECT:
            continue
        if any(map(is_required_argument, field.args.values())):
            continue
        below: Any = get_named_type(field.type)
        facts = facts_of(type_, name)
        if is_leaf_type(below):
            yield Selection(name, facts)
        elif depth and hasattr(below, "fields"):
            for inner in selections(below.name, depth - 1):
                yield Selection(f"{name} {{ {inner.text} }}", facts | inner.facts)


def documents(type_name: str, depth: int) -> list[str]:
    """The selections, those together that declare the same: a document is complete if it declares enough for each."""
    groups: defaultdict[frozenset[Fact], list[str]] = defaultdict(list)
    for text, facts in selections(type_name, depth):
        if not text.startswith("cells "):
            # What counts as changed every time is the same whatever else it depends on.
            group = frozenset({Fact.UNKNOWN}) if Fact.UNKNOWN in facts else facts
            groups[group].append(text)
    return [
        " ".join(f"f{number}: {text}" for number, text in enumerate(texts[:MOST]))
        for texts in groups.values()
    ]


def rename_the_teacher(school: School) -> None:
    update_teacher(
        viewer=COMMAND_LINE, teacher_id=school.teacher.pk, values={"name": "Another name"}
    )


def begin_a_session(school: School) -> None:
    ExamSession.objects.create(
        cell_id=str(key("A")), exam=school.shared, pupil="Pupil", status=SessionStatus.IN_PROGRESS
    )


ALL_CHANGES = {
    **{name: make for name, (make, _) in CHANGES.items()},
    "a teacher is renamed": rename_the_teacher,
    "a pupil begins": begin_a_session,
}
# They lose a class that later changes need, or cannot follow another.
SKIPPED = {*LOST, "access is revoked and given again", "a level of no exam is renamed"}


class Copy:
    """A client's copy of the matrix, merged as in docs/clients/delta-sync.md."""

    def __init__(self, document: str, school: School) -> None:
        self.document, self.school = document, school
        self.rows: dict[str, Any] = {}
        self.token: str | None = None

    def load(self, token: str | None) -> Any:
        # Not everything can be seen by everyone: the histories of exams are refused.
        response = answer(self.document, self.school.viewer, {"after": token})
        assert response["data"], response
        return response["data"]["scheduleMatrix"]

    def sync(self) -> dict[str, Any]:
        matrix = self.load(self.token)
        self.token = matrix["syncToken"]
        for code in matrix["lostClassCodes"]:
            self.rows.pop(code, None)
        for code, row in by_class(matrix).items():
            known = self.rows.get(code, {"cells": {}})["cells"]
            self.rows[code] = {**row, "cells": {**known, **row["cells"]}}
        return self.rows


def by_class(matrix: Any) -> dict[str, Any]:
    return {
        row["class"]["code"]: {**row, "cells": {cell["key"]: cell for cell in row["cells"]}}
        for row in matrix["rows"]
    }


@pytest.mark.parametrize(
    ("of_row", "of_cell"),
    [
        *((each, "") for each in documents("MatrixRow", DEPTH)),
        *(("", each) for each in documents("MatrixCell", DEPTH - 1)),
    ],
)
def test_merged_deltas_equal_a_full_read(school: School, of_row: str, of_cell: str) -> None:
    copy = Copy(DOCUMENT % (of_row, of_cell), school)
    copy.sync()
    for name, make in ALL_CHANGES.items():
        if name in SKIPPED:
            continue
        make(school)
        assert copy.sync() == by_class(copy.load(None)), name
