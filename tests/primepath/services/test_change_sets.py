"""Change sets: one id for everything that one call of a service records."""

from __future__ import annotations

import pytest
from django.db import transaction

from primepath.domain.cell import CellKey
from primepath.domain.change_set import new_change_set_id
from primepath.domain.period import MONTHS
from primepath.domain.school_class import AccessLevel
from primepath.models import ClassAccessRequest, HistoryEntry
from primepath.services.access.approve_class_access_request import approve_class_access_request
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.change_sets import change_set
from primepath.services.curriculum.update_program import update_program
from tests.factories import YEAR, head_teacher, make_class, make_exam, make_level, make_teacher

pytestmark = pytest.mark.django_db


def change_sets() -> list[tuple[str, object]]:
    return list(HistoryEntry.objects.order_by("pk").values_list("subject", "change_set"))


def test_ids_are_ordered_by_time_and_well_formed() -> None:
    ids = [new_change_set_id() for _ in range(1_000)]
    assert len(set(ids)) == 1_000
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
    # Ids of the same clock tick are in any order.
    assert [each.int >> 76 for each in ids] == sorted(each.int >> 76 for each in ids)
    assert ids[0].hex < ids[-1].hex


def test_all_cells_of_a_change_share_an_id_and_the_next_change_has_another() -> None:
    make_class("A")
    viewer, exams = head_teacher(), [make_exam(), make_exam()]
    for exam in exams:
        cells = [CellKey("A", YEAR, month) for month in MONTHS]
        assign_exams(viewer=viewer, cells=cells, exam_ids=[exam.pk])
    first, second = (
        {each for _, each in change_sets()[part]} for part in (slice(12), slice(12, 24))
    )
    assert len(first) == len(second) == 1
    assert first != second
    assert None not in first | second


def test_approval_records_request_and_assignment_in_one_change_set() -> None:
    request = ClassAccessRequest.objects.create(
        teacher=make_teacher(),
        school_class=make_class("A"),
        requested_access_level=AccessLevel.VIEW,
        reason="Standing in",
    )
    approve_class_access_request(viewer=head_teacher(), request_id=request.pk)
    assert sorted(subject for subject, _ in change_sets()) == ["ACCESS_REQUEST", "ASSIGNMENT"]
    assert len({id for _, id in change_sets()}) == 1


def test_renamed_program_and_its_levels_are_one_change_set() -> None:
    level = make_level()
    program = level.subprogram.program
    update_program(viewer=head_teacher(), program_id=program.pk, values={"name": "ASCENT"})
    assert {subject for subject, _ in change_sets()} == {"LEVEL", "PROGRAM"}
    assert len({id for _, id in change_sets()}) == 1


def test_block_without_a_change_has_no_id() -> None:
    with change_set() as changes:
        pass
    assert changes.id is None


def test_block_within_a_block_belongs_to_it_and_blocks_end() -> None:
    with change_set() as outer, change_set() as inner:
        assert inner is outer
        assert outer.require_id() == inner.require_id()
    with change_set() as later:
        assert later.require_id() != outer.id
    with pytest.raises(RuntimeError), change_set() as failed, transaction.atomic():
        raise RuntimeError
    with change_set() as after:
        assert after is not failed
