"""Programs, sub-programs and levels: a new name invalidates cached curricula."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from primepath.domain.viewer import COMMAND_LINE
from primepath.models import CurriculumLevel, Program, SchoolClass, SubProgram, Teacher
from primepath.services.curriculum.track_level_changes import track_level_changes
from tests.factories import make_level
from tests.primepath.admin.pages import add_url, change_url, errors_of, filled
from tests.primepath.admin.school import Row, make_row, written_since


@pytest.fixture
def other(row: Row) -> Row:
    """A row that is not related to the first."""
    return make_row(2)


def _touched(*rows: Row) -> list[Row]:
    """Return the rows with a class of which the curriculum version has changed."""
    stored = dict(SchoolClass.objects.values_list("code", "curriculum_version"))
    return [
        row for row in rows if stored[row.school_class.code] != row.school_class.curriculum_version
    ]


def _save(head: Client, obj: Program | SubProgram | CurriculumLevel, **values: object) -> None:
    data = filled(head, change_url(obj)) | values
    assert head.post(change_url(obj), data).status_code == 302


def test_program_is_renamed(head: Client, row: Row, other: Row) -> None:
    _save(head, row.program, name="ASCENT")
    assert _touched(row, other) == [row]
    row.program.refresh_from_db()
    assert row.program.name == "ASCENT"


def test_history_of_a_level_has_all_its_names(
    head: Client, head_teacher: Teacher, row: Row, other: Row
) -> None:
    first, program, subprogram = str(row.level), row.program.name, row.subprogram.name
    _save(head, row.program, name="ASCENT", grade_to=12)
    _save(head, row.subprogram, name="RISE")
    _save(head, row.program, **{"subprograms-0-name": "FALL"})
    _save(head, row.level, level_number=3)
    _save(head, row.subprogram, **{"levels-0-level_number": 4})
    _save(head, row.program, position=9)
    names = [
        *(f"{program} {subprogram} L1", f"ASCENT {subprogram} L1", "ASCENT RISE L1"),
        *("ASCENT FALL L1", "ASCENT FALL L3", "ASCENT FALL L4"),
    ]
    assert names[0] == first
    entries = [entry for entry in written_since(other) if entry.subject == "LEVEL"]
    assert [
        [(before, after) for field, before, after in entry.changes if field == "name"]
        for entry in entries
    ] == [[pair] for pair in pairwise(names)]
    assert ["gradeTo", row.program.grade_to, 12] in entries[0].changes
    assert {(entry.action, entry.subject_key, entry.teacher_id) for entry in entries} == {
        ("UPDATE_LEVEL", str(row.level.pk), head_teacher.pk)
    }


def test_renaming_creates_an_entry_for_every_level_of_the_program(head: Client, row: Row) -> None:
    others = [make_level(row.subprogram.name, number, row.program.name) for number in (2, 3)]
    _save(head, row.program, name="ASCENT")
    entries = [entry for entry in written_since(row) if entry.subject == "LEVEL"]
    assert {entry.subject_key for entry in entries} == {
        str(level.pk) for level in (row.level, *others)
    }


def test_subprogram_is_renamed(head: Client, row: Row, other: Row) -> None:
    _save(head, row.subprogram, name="RISE")
    assert _touched(row, other) == [row]


def test_subprogram_is_renamed_on_the_page_of_its_program(
    head: Client, row: Row, other: Row
) -> None:
    _save(head, row.program, **{"subprograms-0-name": "RISE"})
    assert _touched(row, other) == [row]
    row.subprogram.refresh_from_db()
    assert row.subprogram.name == "RISE"


def test_level_gets_another_number(head: Client, row: Row, other: Row) -> None:
    _save(head, row.level, level_number=3)
    assert _touched(row, other) == [row]


def test_level_gets_another_number_on_the_page_of_its_subprogram(
    head: Client, row: Row, other: Row
) -> None:
    _save(head, row.subprogram, **{"levels-0-level_number": 4})
    assert _touched(row, other) == [row]


def test_saving_without_a_change_changes_no_version(head: Client, row: Row) -> None:
    for obj in (row.program, row.subprogram, row.level):
        _save(head, obj)
    assert not _touched(row)
    assert not written_since(row)


def test_rejected_name_changes_no_version(head: Client, row: Row, other: Row) -> None:
    data = filled(head, change_url(row.program)) | {"name": other.program.name}
    response = head.post(change_url(row.program), data)
    assert "already exists" in errors_of(response)["name"][0]
    assert not _touched(row, other)


def test_new_level_changes_no_version(head: Client, row: Row) -> None:
    data = {"subprogram": row.subprogram.pk, "level_number": 9}
    assert head.post(add_url(CurriculumLevel), data).status_code == 302
    assert not _touched(row)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"grade_from": -1}, "grade_from"),
        ({"grade_to": 13}, "grade_to"),
        ({"grade_from": 5, "grade_to": 4}, "grade_to"),
        ({"position": 40_000}, "position"),
        ({"name": "\0"}, "name"),
    ],
)
def test_invalid_value_is_an_error_of_the_form(
    head: Client, row: Row, values: dict[str, object], field: str
) -> None:
    response = head.post(change_url(row.program), filled(head, change_url(row.program)) | values)
    assert list(errors_of(response)) == [field]


def test_statement_count_is_the_same_for_1_and_50_classes(row: Row) -> None:
    counts = []
    for more in (0, 49):
        rows = [make_row(number) for number in range(2, more + 2)]
        levels = CurriculumLevel.objects.all()
        with (
            CaptureQueriesContext(connection) as captured,
            track_level_changes(viewer=COMMAND_LINE, levels=levels),
        ):
            Program.objects.update(grade_to=12)
        counts.append(len(captured))
        assert _touched(row, *rows) == [row, *rows]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("number", [1, 2])
def test_number_must_be_unique_on_the_page_of_a_subprogram(
    head: Client, row: Row, number: int
) -> None:
    """1 exists already, 2 is entered twice."""
    data = filled(head, change_url(row.subprogram)) | {"levels-TOTAL_FORMS": 3}
    data |= {f"levels-{at}-subprogram": row.subprogram.pk for at in (1, 2)}
    data |= {"levels-1-level_number": number, "levels-2-level_number": 2}
    response = head.post(change_url(row.subprogram), data)
    assert response.status_code == 200
    assert CurriculumLevel.objects.count() == 1


def test_name_must_be_unique_on_the_page_of_a_program(head: Client, row: Row) -> None:
    data = filled(head, change_url(row.program)) | {
        "subprograms-TOTAL_FORMS": 2,
        "subprograms-1-name": row.subprogram.name,
        "subprograms-1-position": 0,
    }
    response = head.post(change_url(row.program), data)
    assert "already exists" in response.content.decode()
    assert SubProgram.objects.count() == 1
