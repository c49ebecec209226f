"""Expected versions: a change that has not seen the newest state is refused, and nothing is saved."""

from __future__ import annotations

from typing import Any

import pytest

from primepath.domain.viewer import Viewer
from primepath.models import Exam, SchoolClass
from tests.client import answer, data
from tests.factories import (
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_exam,
    make_level,
    make_teacher,
)
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import (
    MUTATIONS,
    at,
    document,
    errors_of,
    id_of,
    key,
    mutate,
    result_of,
)

pytestmark = pytest.mark.django_db

BULK = ("assignExams", "unassignExams", "cloneCell", "shareCell")
every_bulk_mutation = pytest.mark.parametrize("mutation", BULK)
COPIES = ("cloneCell", "shareCell")


def seen(code: str, version: int, period: str = "JAN") -> dict[str, Any]:
    return {"cell": at(code, period), "version": version}


def input_of(mutation: str, exam: Exam, *codes: str) -> dict[str, Any]:
    """Return an input that changes JAN of the classes, from JAN of SOURCE where the mutation copies."""
    match mutation:
        case "cloneCell":
            return {"source": at("SOURCE"), "targets": [key(code) for code in codes]}
        case "shareCell":
            return {"source": at("SOURCE"), "classCodes": list(codes)}
    return {"cells": [at(code) for code in codes], "examIds": [id_of(exam)]}


@pytest.fixture
def school() -> tuple[Viewer, Exam]:
    """Store SOURCE and A to C, with an exam more in SOURCE; all cells have version 1. D has no stored cell."""
    exam, other = make_exam("Used"), make_exam("Other")
    make_cell(make_class("SOURCE"), exams=[exam, other])
    for code in ("A", "B", "C"):
        make_cell(make_class(code), exams=[make_exam(f"Of {code}")])
    make_class("D")
    return head_teacher(), other


def refused(mutation: str, viewer: Viewer, **input: Any) -> dict[str, Any]:
    """Return the payload of a mutation that must save nothing."""
    before = stored_rows()
    payload = mutate(mutation, viewer, **input)
    assert stored_rows() == before
    assert payload["userErrors"]
    return payload


def test_replacing_a_cell_that_a_colleague_changed_is_refused() -> None:
    make_cell(make_class("PRIMARY_1A"), exams=[make_exam()])
    make_class("PRIMARY_2A")
    viewer = head_teacher()
    values = {"scheduledDate": "2026-01-11", "startTime": "09:00"}
    colleague = result_of("updateCell", viewer, cell=at("PRIMARY_2A"), **values)
    payload = refused(
        "cloneCell",
        viewer,
        source=at("PRIMARY_1A"),
        targets=[key("PRIMARY_2A")],
        onExisting="REPLACE",
        expectedVersions=[seen("PRIMARY_2A", 0)],
    )
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == (
        "STALE_VERSION",
        ["input", "expectedVersions", "0"],
    )
    assert payload["cells"] == [colleague]


@every_bulk_mutation
def test_current_versions_of_some_targets_are_accepted(
    mutation: str, school: tuple[Viewer, Exam]
) -> None:
    viewer, exam = school
    versions = [seen("B", 1), {"cell": {"id": "MatrixCell:D/2026/JAN"}, "version": 0}]
    if mutation in COPIES:
        versions.append(seen("SOURCE", 1))
    input = {**input_of(mutation, exam, "A", "B", "D"), "expectedVersions": versions}
    assert len(result_of(mutation, viewer, **input)) == 3


@every_bulk_mutation
def test_every_stale_version_is_reported_and_the_current_cells_are_returned(
    mutation: str, school: tuple[Viewer, Exam]
) -> None:
    viewer, exam = school
    versions = [seen("C", 1), seen("B", 0), seen("D", 3), seen("A", 2)]
    input = {**input_of(mutation, exam, "A", "B", "C", "D"), "expectedVersions": versions}
    payload = refused(mutation, viewer, **input)
    assert [(each["code"], each["field"]) for each in payload["userErrors"]] == [
        ("STALE_VERSION", ["input", "expectedVersions", position]) for position in ("1", "2", "3")
    ]
    assert [(cell["id"], cell["version"]) for cell in payload["cells"]] == [
        *((f"MatrixCell:{code}/2026/JAN", 1) for code in ("A", "B", "C")),
        ("MatrixCell:D/2026/JAN", 0),
    ]


@pytest.mark.parametrize("mutation", COPIES)
def test_stale_source_is_refused_and_returned_after_the_targets(
    mutation: str, school: tuple[Viewer, Exam]
) -> None:
    viewer, exam = school
    input = {**input_of(mutation, exam, "A"), "expectedVersions": [seen("SOURCE", 5)]}
    payload = refused(mutation, viewer, **input)
    assert [cell["id"].split("/")[0] for cell in payload["cells"]] == [
        "MatrixCell:A",
        "MatrixCell:SOURCE",
    ]


@every_bulk_mutation
@pytest.mark.parametrize("listed", ["twice", "twice, by id and key", "elsewhere"])
def test_wrong_list_of_versions_is_bad_user_input(
    mutation: str, listed: str, school: tuple[Viewer, Exam]
) -> None:
    viewer, exam = school
    by_id = {"cell": {"id": "MatrixCell:A/2026/JAN"}, "version": 1}
    versions = {
        "twice": [seen("A", 1), seen("A", 1)],
        "twice, by id and key": [seen("A", 1), by_id],
        "elsewhere": [seen("A", 1), seen("A", 0, "FEB")],
    }[listed]
    input = {**input_of(mutation, exam, "A"), "expectedVersions": versions}
    before = stored_rows()
    response = answer(document(mutation), viewer, {"input": input})
    assert response["data"] == {mutation: None}
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["path"] == [mutation]
    assert "Item 1 " in error["message"]
    assert stored_rows() == before


@every_bulk_mutation
def test_source_of_another_mutation_is_no_target(
    mutation: str, school: tuple[Viewer, Exam]
) -> None:
    viewer, exam = school
    input = {**input_of(mutation, exam, "A"), "expectedVersions": [seen("SOURCE", 1)]}
    response = answer(document(mutation), viewer, {"input": input})
    assert ("errors" in response) == (mutation not in COPIES)


@every_bulk_mutation
def test_malformed_id_of_an_expected_cell_is_reported_with_all_errors(
    mutation: str, school: tuple[Viewer, Exam]
) -> None:
    viewer, exam = school
    versions = [{"cell": {"id": "nonsense"}, "version": 1}, seen("A", 7)]
    input = {**input_of(mutation, exam, "A", "NONE"), "expectedVersions": versions}
    assert sorted(
        (each["code"], each["field"][1])
        for each in refused(mutation, viewer, **input)["userErrors"]
    ) == [
        ("INVALID_ID", "expectedVersions"),
        ("NOT_FOUND", next(name for name in ("cells", "targets", "classCodes") if name in input)),
        ("STALE_VERSION", "expectedVersions"),
    ]


@every_bulk_mutation
def test_version_of_a_hidden_cell_is_not_disclosed(
    mutation: str, school: tuple[Viewer, Exam]
) -> None:
    _, exam = school
    teacher = make_teacher()
    for each in (make_class("MY_A"), SchoolClass.objects.get(pk="SOURCE")):
        assign(teacher, each)
    viewer = as_viewer(teacher)
    found = {
        version: errors_of(
            mutation,
            viewer,
            **input_of(mutation, exam, "MY_A", "B"),
            expectedVersions=[seen("B", version)],
        )
        for version in (1, 2)
    }
    assert found[1] == found[2]
    assert {code for code, _ in found[1]} == {"NOT_FOUND"}


@every_bulk_mutation
def test_list_of_versions_has_the_length_of_any_list(
    mutation: str, school: tuple[Viewer, Exam]
) -> None:
    viewer, exam = school
    versions = [seen("A", 1)] * 1_001
    input = {**input_of(mutation, exam, "A"), "expectedVersions": versions}
    (error,) = answer(document(mutation), viewer, {"input": input})["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"


CURRICULUM = """
  query ($year: Int!) { schoolClass(code: "A") { curriculum(academicYear: $year) { version label } } }
"""


def test_version_of_a_curriculum_counts_its_changes() -> None:
    make_class("A")
    viewer, level = head_teacher(), id_of(make_level())
    for count, ids in enumerate([[level], [], [level]], start=1):
        for _ in range(2):
            values = {"classCode": "A", "academicYear": 2026, "levelIds": ids}
            mutate("setClassCurriculum", viewer, **values)
        for year, version in ((2026, count), (2027, 0)):
            for _ in range(2):
                found = data(CURRICULUM, viewer, {"year": year})["schoolClass"]["curriculum"]
                assert found["version"] == version


def test_stale_curriculum_is_refused_and_the_current_one_returned() -> None:
    make_class("A")
    viewer, level = head_teacher(), id_of(make_level())
    values = {"classCode": "A", "academicYear": 2026}
    set_levels = {**values, "levelIds": [level], "expectedVersion": 0}
    current = result_of("setClassCurriculum", viewer, **set_levels)
    payload = refused("setClassCurriculum", viewer, **values, levelIds=[], expectedVersion=0)
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("STALE_VERSION", ["input", "expectedVersion"])
    assert payload["curriculum"] == current
    result_of("setClassCurriculum", viewer, **values, levelIds=[], expectedVersion=1)


def test_every_mutation_of_versioned_objects_takes_expected_versions() -> None:
    fields = data("{ __schema { types { name inputFields { name } } } }", head_teacher())[
        "__schema"
    ]["types"]
    inputs = {
        each["name"]: {field["name"] for field in each["inputFields"] or ()} for each in fields
    }
    takes = {
        name
        for name, (input, _) in MUTATIONS.items()
        if inputs[input] & {"expectedVersion", "expectedVersions"}
    }
    assert takes == {*BULK, "updateCell", "updateExam", "setClassCurriculum"}
