"""Limit on the size of a response: estimated from the document, and counted during execution."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from graphql import (
    get_named_type,
    get_nullable_type,
    is_interface_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
)
from pytest_django import Settings

from benchmarks.operations import assign_exams, matrix_query
from primepath.domain.errors import LimitExceededError
from primepath.models import ExamScheduleMatrix, MatrixCellExam, SchoolClass
from primepath.pages.matrix import queries
from schema.build import schema
from schema.limits.cost import PayloadCost, QueryCost
from schema.limits.list_sizes import size_of
from schema.metadata import SIZE_FROM_PARENT
from schema.operation import execute
from schema.operation.document import load_document
from tests.client import answer, data, error_codes
from tests.factories import YEAR, head_teacher, make_classes, make_exam

ROOT = Path(__file__).parents[3]
TYPES = {
    name: type_
    for name, type_ in schema._schema.type_map.items()
    if (is_object_type(type_) or is_interface_type(type_)) and not name.startswith("__")
}


def rejection(
    document: str, variables: dict[str, Any] | None = None, name: str | None = None
) -> str | None:
    """Return the message with which the operation is rejected. None if it is accepted."""
    prepared = load_document(document)
    operation = prepared.operation(name)
    assert operation is not None
    try:
        prepared.cost.check(operation, variables or {})
    except LimitExceededError as error:
        return str(error)
    return None


def estimated_values(
    document: str, variables: dict[str, Any] | None = None, name: str | None = None
) -> int:
    """Return the estimated number of values, from the message of the rejection."""
    with override_settings(MAX_ANSWER_VALUES=-1):
        message = rejection(document, variables, name)
    assert message is not None
    return int(message.split("response size is ")[1].split(" values")[0])


@pytest.mark.parametrize("type_name", TYPES)
def test_exactly_the_lists_of_objects_have_a_size(type_name: str) -> None:
    for name, field in TYPES[type_name].fields.items():
        has_size = size_of(field) is not None
        has_items = not is_leaf_type(get_named_type(field.type))
        if is_list_type(get_nullable_type(field.type)):
            assert has_size or not has_items, f"{type_name}.{name}"
        elif has_size:
            below = {
                size_of(each)
                for below in [get_named_type(field.type)]
                for inner, each in below.fields.items()
                if inner != "userErrors" and is_list_type(get_nullable_type(each.type))
                if not is_leaf_type(get_named_type(each.type))
            }
            assert below == {SIZE_FROM_PARENT}, f"{type_name}.{name}"


CELLS = 'schoolClass(code: "A") { cells%s { id } }'
DEFAULT = "query ($first: Int = 7) { exams(first: $first) { edges { cursor } } }"
ASSIGN = (
    "mutation ($c: [CellRef!]!) { assignExams(input: { cells: $c, examIds: [] }) { cells { id } } }"
)
CLONE = "mutation ($i: CloneCellInput!) { cloneCell(input: $i) { cells { id } } }"


@pytest.mark.parametrize(
    ("document", "variables", "expected"),
    [
        ("{ school { name timeZone } }", {}, 3),
        ("{ a: school { name } b: school { name } }", {}, 4),
        (f"{{ {CELLS % ''} }}", {}, 2 + 16),
        (f"{{ {CELLS % '(periods: [JAN, FEB])'} }}", {}, 2 + 2),
        (f"{{ {CELLS % '(periods: JAN)'} }}", {}, 2 + 1),
        (f"{{ {CELLS % '(type: QUARTERLY)'} }}", {}, 2 + 4),
        (f"query ($t: PeriodType) {{ {CELLS % '(type: $t)'} }}", {"t": "MONTHLY"}, 2 + 12),
        (f"query ($p: [Period!]) {{ {CELLS % '(periods: $p)'} }}", {"p": ["Q1"]}, 2 + 1),
        (f"query ($p: [Period!]) {{ {CELLS % '(periods: $p)'} }}", {"p": None}, 2 + 16),
        ("{ scheduleMatrix { rows { canEdit } } }", {}, 2 + 200),
        ('{ scheduleMatrix(classCodes: ["A", "B"]) { rows { canEdit } } }', {}, 2 + 2),
        ("{ exams { edges { node { id } } totalCount } }", {}, 3 + 100 * 2),
        ("{ exams(first: 5) { edges { node { id } } } }", {}, 2 + 5 * 2),
        ("{ exams(last: 5) { edges { node { id } } } }", {}, 2 + 5 * 2),
        ("{ exams(first: 2000000000) { edges { node { id } } } }", {}, 2 + 100 * 2),
        ("{ exams(first: -1) { edges { node { id } } } }", {}, 2),
        (DEFAULT, {}, 2 + 7),
        (DEFAULT, {"first": 3}, 2 + 3),
        (
            '{ nodes(ids: ["a", "b"]) { id ... on Exam { name version } ... on Program { name } } }',
            {},
            1 + 2 * 3,
        ),
        ('{ nodes(ids: ["a", "b"]) { id ... on Exam { name } } }', {}, 1 + 2 * 2),
        (ASSIGN, {"c": [{"id": "x"}] * 9}, 2 + 9),
        (CLONE, {"i": {"source": {"id": "x"}, "targets": [{}] * 4}}, 2 + 4),
        ("{ __schema { types { fields { name } } } }", {}, 1),
        (
            "{ exams(first: 3) { ...P } } fragment P on ExamConnection { ...E } "
            "fragment E on ExamConnection { edges { ... { node { id } } } }",
            {},
            2 + 3 * 2,
        ),
    ],
)
def test_list_size_is_estimated_from_arguments_or_a_large_school(
    document: str, variables: dict[str, Any], expected: int
) -> None:
    assert estimated_values(document, variables) == expected


def test_estimate_at_the_limit_is_accepted_and_above_it_rejected() -> None:
    document = "{ exams(first: 5) { edges { node { id } } } }"
    with override_settings(MAX_ANSWER_VALUES=12):
        assert rejection(document) is None
    with override_settings(MAX_ANSWER_VALUES=11):
        message = rejection(document)
    assert message is not None
    assert "response size is 12 values" in message
    assert "the limit is 11." in message


def test_only_the_executed_operation_counts() -> None:
    document = "query A { school { name } } query B { exams(first: 9) { edges { cursor } } }"
    assert estimated_values(document, name="A") == 2
    assert estimated_values(document, name="B") == 11


def cycle(times: int) -> str:
    inner = "{ id }"
    for _ in range(times):
        inner = f"{{ exams {{ cells {inner} }} }}"
    return f'{{ schoolClass(code: "A") {{ cells {inner} }} }}'


WHOLE = "{ scheduleMatrix { rows { cells { availableExams(first: %d) { edges { node { name } } } } } } }"


@pytest.mark.parametrize("document", [cycle(4), cycle(8), WHOLE % 100])
def test_exploding_document_is_rejected_before_execution(
    document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(execute, "Dispatcher")
    response = answer(document, viewer=None)
    assert response["data"] is None
    (error,) = response["errors"]
    actual = error["extensions"].pop("actual")
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": 500_000}
    assert actual > 500_000
    assert "the limit is 500000." in error["message"]


def test_variables_determine_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    document = (WHOLE.replace("{", "query ($n: Int) {", 1)).replace("%d", "$n")
    assert rejection(document, {"n": 60}) is None
    assert rejection(document, {"n": 100}) is not None


def documents_of_the_project() -> dict[str, tuple[str, dict[str, Any]]]:
    examples = ROOT.glob("primepath/pages/examples/*")
    texts = {file.name: file.read_text() for file in examples} | queries()
    found: dict[str, tuple[str, dict[str, Any]]] = {
        name: (text, {}) for name, text in texts.items()
    }
    for page in ("README.md", "docs/tutorial.md"):
        shown = re.findall(r"```graphql\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
        found |= {f"{page} {number}": (text, {}) for number, text in enumerate(shown)}
    codes = [f"CLASS_{number}" for number in range(600)]
    for operation in (
        matrix_query(YEAR),
        matrix_query(YEAR, codes=codes),
        assign_exams(["x"] * 96, range(10)),
    ):
        found[f"benchmark {len(found)}"] = (operation.document, dict(operation.variables))
    return found


@pytest.mark.parametrize(("document", "variables"), documents_of_the_project().values())
def test_documents_of_pages_and_examples_are_far_below_the_limit(
    document: str, variables: dict[str, Any]
) -> None:
    assert estimated_values(document, variables) * 5 < 2 * settings.MAX_ANSWER_VALUES


@pytest.mark.django_db
@pytest.mark.parametrize("compiled", [True, False])
class TestCount:
    """The counted size of the response of three classes, without the estimate."""

    @pytest.fixture(autouse=True)
    def _no_estimate(
        self, compiled: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.COMPILED_EXECUTION = compiled
        monkeypatch.setattr(QueryCost, "check", lambda *_: None)
        make_classes(3)

    def test_response_at_the_limit_is_accepted_and_above_it_rejected(
        self, settings: Settings
    ) -> None:
        document = "{ scheduleMatrix { rows { canEdit cells { period status } } } }"
        viewer = head_teacher()
        # A matrix, 3 rows and 48 cells, of 1, 2 and 2 fields.
        settings.MAX_ANSWER_VALUES = 1 + 3 * 2 + 48 * 2
        assert len(data(document, viewer)["scheduleMatrix"]["rows"]) == 3
        settings.MAX_ANSWER_VALUES -= 1
        response = answer("{ school { name } " + document[1:], viewer)
        assert response["data"]["scheduleMatrix"] is None
        (error,) = response["errors"]
        assert error["path"][:2] == ["scheduleMatrix", "rows"]
        assert error["extensions"] == {
            "code": "LIMIT_EXCEEDED",
            "limit": settings.MAX_ANSWER_VALUES,
        }
        assert f"the limit of {settings.MAX_ANSWER_VALUES} values" in error["message"]

    def test_repeated_object_is_counted_each_time(self, settings: Settings) -> None:
        """A compiled plan completes an exam of 36 cells once, and writes it 36 times."""
        document = (
            "{ scheduleMatrix { rows { cells(type: MONTHLY) { exams { name isActive } } } } }"
        )
        viewer = head_teacher()
        data(document, viewer)
        exam = make_exam("Phonics")
        MatrixCellExam.objects.bulk_create(
            MatrixCellExam(cell_id=id, exam=exam)
            for id in ExamScheduleMatrix.objects.values_list("id", flat=True)
        )
        settings.MAX_ANSWER_VALUES = 1 + 3 + 36 + 36 * 2
        data(document, viewer)
        settings.MAX_ANSWER_VALUES -= 1
        assert answer(document, viewer)["data"]["scheduleMatrix"] is None

    def test_completed_change_is_returned_whatever_the_size_of_its_response(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only lists of an unknown length can exceed the limit after the change, so the check before it is switched off."""
        monkeypatch.setattr(PayloadCost, "values", lambda *_: 0)
        document = """mutation {
          updateCell(input: { cell: { id: "MatrixCell:%s/2026/JAN" }, notes: "made" }) {
            cell { id notes } userErrors { code }
          }
        }"""
        settings.MAX_ANSWER_VALUES = 2
        code = SchoolClass.objects.values_list("code", flat=True)[0]
        response = answer(document % code, head_teacher())
        assert response["data"] == {"updateCell": {"cell": None, "userErrors": []}}
        assert error_codes(response) == {"updateCell.cell": "LIMIT_EXCEEDED"}
        assert response["errors"][0]["extensions"]["saved"] is True
        assert ExamScheduleMatrix.objects.get(notes="made")
