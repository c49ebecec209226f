"""``importSchedule``: the preview shows what the import does, and an import is one change set."""

from __future__ import annotations

import csv
import datetime
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.stored_file import FilePurpose
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix, HistoryEntry, SchoolClass
from primepath.services.cells.update_cell import update_cell
from primepath.services.stored_files.store import FileContent, store_file
from tests.client import answer, data
from tests.factories import (
    YEAR,
    as_viewer,
    assign,
    head_teacher,
    make_cell,
    make_class,
    make_classes,
    make_exam,
    make_teacher,
)
from tests.schema.mutations.database import stored_rows

pytestmark = pytest.mark.django_db

IMPORT = """
  mutation ($input: ImportScheduleInput!) { importSchedule(input: $input) {
    digest changed unchanged rejected changeSetId
    rows {
      row effect
      cell { id version status scheduledDate room exams { name } }
      changes { column before after } problems { code address message }
    }
    warnings { code cells { id } }
    userErrors { code field message }
  } }
"""
HEADER = ["class_code", "academic_year", "period"]


@pytest.fixture
def hana() -> Viewer:
    """Return a head teacher, in a school with a cell of class A in March."""
    date = datetime.date(YEAR, 3, 12)
    make_cell(make_class("A"), Period.MAR, exams=[make_exam("Words")], scheduled_date=date)
    make_exam("Grammar")
    return head_teacher()


def upload(viewer: Viewer, *rows: list[Any], columns: str = "room") -> str:
    """Upload a CSV file. A row has class, period and the values of ``columns``."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow([*HEADER, *columns.split()])
    writer.writerows([code, YEAR, period, *values] for code, period, *values in rows)
    return upload_bytes(viewer, output.getvalue().encode())


def upload_bytes(viewer: Viewer, content: bytes) -> str:
    file = FileContent("plan.csv", "text/csv", content)
    return store_file(viewer=viewer, purpose=FilePurpose.UPLOAD, file=file)[0]


def run(viewer: Viewer, upload_id: str, **input: Any) -> dict[str, Any]:
    variables = {"input": {"uploadId": upload_id, **input}}
    payload: dict[str, Any] = data(IMPORT, viewer, variables)["importSchedule"]
    return payload


def save(viewer: Viewer, upload_id: str, **input: Any) -> dict[str, Any]:
    return run(viewer, upload_id, dryRun=False, **input)


def cell(code: str = "A", period: Period = Period.MAR) -> ExamScheduleMatrix:
    return ExamScheduleMatrix.objects.get(pk=str(CellKey(code, YEAR, period)))


def errors_of(payload: dict[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [(each["code"], each["field"]) for each in payload["userErrors"]]


def test_the_preview_shows_each_change_and_saves_nothing(hana: Viewer) -> None:
    file = upload(
        hana,
        ["A", "MAR", "Hall", "2026-03-13", "Grammar"],
        ["A", "APR", "", "", ""],
        columns="room date exams",
    )
    before = stored_rows()
    payload = run(hana, file)
    assert stored_rows() == before
    assert (payload["changed"], payload["unchanged"], payload["rejected"]) == (1, 1, 0)
    assert payload["changeSetId"] is None
    assert payload["userErrors"] == []
    march, april = payload["rows"]
    assert march["changes"] == [
        {"column": "date", "before": f"{YEAR}-03-12", "after": f"{YEAR}-03-13"},
        {"column": "room", "before": None, "after": "Hall"},
        {"column": "exams", "before": "Words", "after": "Grammar\nWords"},
    ]
    assert march["cell"]["room"] == "Hall"
    assert march["cell"]["version"] == 2
    assert {each["name"] for each in march["cell"]["exams"]} == {"Words", "Grammar"}
    assert (april["row"], april["effect"], april["changes"]) == (3, "UNCHANGED", [])


def test_an_import_does_what_its_preview_showed(hana: Viewer) -> None:
    file = upload(hana, ["A", "MAR", "Hall"], ["A", "APR", "Hall"])
    preview = run(hana, file)
    payload = save(hana, file, expectedDigest=preview["digest"])
    assert payload["digest"] == preview["digest"]
    assert payload["rows"] == preview["rows"]
    assert cell().room == cell("A", Period.APR).room == "Hall"
    entries = HistoryEntry.objects.filter(action="IMPORT_SCHEDULE")
    assert entries.count() == 2
    assert {f"ChangeSet:{each.change_set.hex}" for each in entries if each.change_set} == {
        payload["changeSetId"]
    }


def test_a_change_after_the_preview_is_seen(hana: Viewer) -> None:
    file = upload(hana, ["A", "MAR", "Hall"])
    digest = run(hana, file)["digest"]
    key = CellKey("A", YEAR, Period.MAR)
    update_cell(viewer=hana, cell=key, changes={"notes": "A pen"})
    payload = save(hana, file, expectedDigest=digest)
    assert errors_of(payload) == [("STALE_VERSION", ["input", "expectedDigest"])]
    assert cell().room == ""
    assert save(hana, file, expectedDigest=run(hana, file)["digest"])["changed"] == 1


def test_an_import_can_be_undone(hana: Viewer) -> None:
    file = upload(
        hana, ["A", "MAR", "Hall", "Grammar"], ["A", "APR", "Hall", "Grammar"], columns="room exams"
    )
    changes = save(hana, file)["changeSetId"]
    assert cell("A", Period.APR).status == "SCHEDULED"
    undo = """mutation ($id: ID!) { undoChanges(input: {changeSetId: $id}) {
      cells { id room exams { name } } userErrors { code } } }"""
    found = data(undo, hana, {"id": changes})["undoChanges"]
    assert found["userErrors"] == []
    assert {each["room"] for each in found["cells"]} == {""}
    assert cell("A", Period.APR).status == "EMPTY"
    listed = data(
        "{ changeSets(first: 5) { edges { node { id action undoable summary } } } }", hana
    )
    nodes = {each["node"]["id"]: each["node"] for each in listed["changeSets"]["edges"]}
    assert nodes[changes]["action"] == "IMPORT_SCHEDULE"
    assert nodes[changes]["summary"] == "2 cells"


def test_each_problem_has_its_address_and_nothing_is_saved(hana: Viewer) -> None:
    file = upload(
        hana,
        ["A", "MAR", "03/04/2026", "Hall", "Nothing"],
        ["A", "APR", "2026-05-01", "Hall", ""],
        ["OTHER", "MAY", "", "Hall", ""],
        ["A", "JUN", "", "Hall", ""],
        columns="date room exams",
    )
    preview = run(hana, file)
    assert preview["rejected"] == 3
    assert [
        (each["row"], problem["address"], problem["code"])
        for each in preview["rows"]
        for problem in each["problems"]
    ] == [
        (2, "D2", "OUT_OF_RANGE"),
        (3, "D3", "DATE_OUTSIDE_PERIOD"),
        (4, "A4", "NOT_FOUND"),
    ]
    assert [each["cell"] and each["cell"]["id"] for each in preview["rows"]] == [
        None,
        f"MatrixCell:A/{YEAR}/APR",
        None,
        f"MatrixCell:A/{YEAR}/JUN",
    ]
    before = stored_rows()
    payload = save(hana, file)
    assert errors_of(payload) == [("OUT_OF_RANGE", ["input", "uploadId"])]
    assert "3 rows have problems. The first is D2: " in payload["userErrors"][0]["message"]
    assert [each["effect"] for each in payload["rows"]] == ["REJECT"] * 3 + ["CHANGE"]
    assert stored_rows() == before
    payload = save(hana, file, skipRejected=True)
    assert (payload["changed"], payload["userErrors"]) == (1, [])
    assert cell("A", Period.JUN).room == "Hall"


@pytest.mark.parametrize("column", ["room", "notes", "exams", "invigilator", "status"])
def test_nul_is_a_problem_of_its_row(hana: Viewer, column: str) -> None:
    payload = save(hana, upload(hana, ["A", "MAR", "a\0b"], columns=column))
    assert errors_of(payload) == [("INVALID_CHARACTERS", ["input", "uploadId"])]
    (row,) = payload["rows"]
    assert [(each["address"], each["code"]) for each in row["problems"]] == [
        ("D2", "INVALID_CHARACTERS")
    ]


def test_rows_come_in_pages(hana: Viewer) -> None:
    file = upload(hana, ["A", "JAN", "Hall"], ["A", "FEB", ""], ["A", "MAR", "Hall"])
    document = """mutation ($input: ImportScheduleInput!) { importSchedule(input: $input) {
      rows(effects: [CHANGE], first: 1, after: 2) { row } none: rows(first: 0) { row }
    } }"""
    found = data(document, hana, {"input": {"uploadId": file}})["importSchedule"]
    assert found == {"rows": [{"row": 4}], "none": []}
    too_many = document.replace("first: 1", "first: 1001")
    response = answer(too_many, hana, {"input": {"uploadId": file}})
    assert response["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_existing_exams_are_merged_replaced_or_rejected(hana: Viewer) -> None:
    file = upload(hana, ["A", "MAR", "Grammar"], columns="exams")
    names = [
        (
            payload["rows"][0]["effect"],
            sorted(e["name"] for e in payload["rows"][0]["cell"]["exams"]),
        )
        for payload in (run(hana, file, onExisting=mode) for mode in ("MERGE", "REPLACE", "REJECT"))
    ]
    assert names == [
        ("CHANGE", ["Grammar", "Words"]),
        ("CHANGE", ["Grammar"]),
        ("REJECT", ["Words"]),
    ]


def test_warnings_are_those_after_the_import(hana: Viewer) -> None:
    file = upload(hana, ["A", "Q1", f"{YEAR}-03-12", "DRAFT"], columns="date status")
    found = run(hana, file)["warnings"]
    assert [each["code"] for each in found] == ["CLASS_SAME_DAY"]
    assert save(hana, file)["warnings"] == found


def test_text_like_a_formula_is_stored_as_it_is(hana: Viewer) -> None:
    save(hana, upload(hana, ["A", "MAR", "'=1+1", "=2"], columns="room notes"))
    assert (cell().room, cell().notes) == ("=1+1", "=2")


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04nothing", b"a,b\r\n1,2\r\n", b"\x81\xff\xff", b"\xd0\xcf\x11\xe0nothing"],
)
def test_a_file_that_cannot_be_read_is_a_user_error(hana: Viewer, content: bytes) -> None:
    payload = run(hana, upload_bytes(hana, content))
    assert errors_of(payload) == [("OUT_OF_RANGE", ["input", "uploadId"])]
    assert (payload["rows"], payload["digest"]) == ([], None)


def test_too_many_rows_are_a_user_error(hana: Viewer, settings: Any) -> None:
    settings.MAX_CELLS_PER_OPERATION = 1
    file = upload(hana, ["A", "JAN", ""], ["A", "FEB", ""])
    assert errors_of(run(hana, file)) == [("OUT_OF_RANGE", ["input", "uploadId"])]


def test_an_upload_of_someone_else_does_not_exist(hana: Viewer) -> None:
    file = upload(head_teacher(), ["A", "MAR", "Hall"])
    for payload in run(hana, file), save(hana, file), run(hana, "nothing"):
        assert errors_of(payload) == [("NOT_FOUND", ["input", "uploadId"])]


def test_teachers_cannot_import(hana: Viewer) -> None:
    teacher = make_teacher()
    assign(teacher, SchoolClass.objects.get())
    viewer = as_viewer(teacher)
    file = upload(viewer, ["A", "MAR", "Hall"])
    for payload in run(viewer, file), save(viewer, file):
        assert errors_of(payload) == [("FORBIDDEN", ["input"])]
    assert cell().room == ""


@pytest.mark.parametrize("dry_run", [True, False])
def test_statements_do_not_depend_on_the_number_of_classes(dry_run: bool) -> None:
    hana = head_teacher()
    make_exam("Words")
    classes = make_classes(60)
    counts = []
    for number in (1, 59):
        chosen, classes = classes[:number], classes[number:]
        rows = [[each.code, "MAR", "Hall", f"{YEAR}-03-12", "Words"] for each in chosen]
        file = upload(hana, *rows, columns="room date exams")
        with CaptureQueriesContext(connection) as captured:
            payload = run(hana, file, dryRun=dry_run)
        assert payload["changed"] == number
        counts.append(len(captured))
    assert counts[0] == counts[1]
