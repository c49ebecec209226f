"""After any sequence of changes, cells, versions and history equal a model in plain Python."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from primepath.domain.cell import CellStatus, OnExisting
from primepath.domain.errors import BadUserInputError, ValidationFailedError
from primepath.domain.school_class import AccessLevel
from primepath.domain.viewer import Viewer
from primepath.models import Exam, ExamScheduleMatrix, HistoryEntry, MatrixCellExam
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.cell_changes import CellChanges
from primepath.services.cells.checks import CellVersion
from primepath.services.cells.clone_cell import clone_cell
from primepath.services.cells.share_cell import share_cell
from primepath.services.cells.unassign_exams import unassign_exams
from primepath.services.cells.update_cell import update_cell
from tests.factories import YEAR, as_viewer, assign, make_class, make_exam, make_teacher
from tests.profiles import examples
from tests.writing.history import assert_history_leads_to_the_cells
from tests.writing.inputs import (
    ACCESS,
    ELSEWHERE,
    EXAMS,
    any_code,
    any_key,
    cell_key,
    changes,
    clones,
    days,
    exams_into_cells,
    months,
    on_existing,
    quarters,
    seen,
)
from tests.writing.model import BAD_LIST, Key, Model, ModelCell, ValidationErrors
from tests.writing.state_machines import run_state_machines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES, STEPS = examples(70), 40

# Date and times of a cell: fields, and their names in the history.
DAY = {"scheduled_date": "scheduledDate", "start_time": "startTime", "end_time": "endTime"}
ACTIONS = {"ASSIGN_EXAMS", "UNASSIGN_EXAMS", "UPDATE_CELL", "CLONE_CELL", "SHARE_CELL"}
CODES = {
    *("NOT_FOUND", "FORBIDDEN", "YEAR_OUT_OF_RANGE", "EXAM_TYPE_MISMATCH", "EXAM_YEAR_MISMATCH"),
    *("EXAM_INACTIVE", "CELL_LOCKED", "NOT_EMPTY", "STALE_VERSION", "INVALID_STATUS", "BLANK"),
    *(
        "BAD_USER_INPUT",
        "INVALID_TIME_RANGE",
        "DATE_OUTSIDE_PERIOD",
        "TOO_LONG",
        "INVALID_CHARACTERS",
    ),
}


FOREIGN: Key = ("OURS", YEAR, "DEC")
Seen = Sequence[tuple[int, int]]


def cell_versions(versions: list[tuple[Key, int]]) -> list[CellVersion]:
    return [CellVersion(cell_key(key), version) for key, version in versions]


class Writing(RuleBasedStateMachine):
    """Makes each change in the database and in the model. Rolls back at the end."""

    def __init__(self, viewer: Viewer, exam_ids: dict[str, int], met: Counter[str]) -> None:
        super().__init__()
        self.viewer, self.exam_ids, self.met = viewer, exam_ids, met
        exams = {exam_ids[name]: replace(exam) for name, exam in EXAMS.items()}
        self.model = Model(access=ACCESS, exams=exams, years=range(2020, 2036))
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        try:
            assert_history_leads_to_the_cells()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @initialize(planned=st.dictionaries(st.sampled_from(months + quarters), days, min_size=1))
    def plan_some_cells(self, planned: dict[Key, dict[str, Any]]) -> None:
        this_year = [key for key in planned if key[1] == YEAR]
        self.assign(([key for key in this_year if key in months], ["any year", "this year"]))
        self.assign(([key for key in this_year if key in quarters], ["quarterly"]))
        for key, day in planned.items():
            self.update(key, day, None)

    def versions(self, concerned: list[Key], seen: Seen) -> list[tuple[Key, int]]:
        """Return expected versions of some of the cells, right or wrong."""
        keys = [*concerned[:4], FOREIGN]
        picked = [(keys[which % len(keys)], newer) for which, newer in seen]
        return [(key, self.model.cell(key).version + newer) for key, newer in picked]

    @rule(given=exams_into_cells, seen=seen)
    def assign(self, given: tuple[list[Key], list[str]], seen: Seen = ()) -> None:
        keys, exam_ids = given[0], [self.exam_ids[name] for name in given[1]]
        versions = self.versions(keys, seen)
        expect = partial(self.model.assign, keys, exam_ids, versions)
        do = partial(assign_exams, cells=list(map(cell_key, keys)), exam_ids=exam_ids)
        self.compare("ASSIGN_EXAMS", expect, partial(do, expected_versions=cell_versions(versions)))

    @rule(given=exams_into_cells, seen=seen)
    def unassign(self, given: tuple[list[Key], list[str]], seen: Seen = ()) -> None:
        keys, exam_ids = given[0], [self.exam_ids[name] for name in given[1]]
        versions = self.versions(keys, seen)
        expect = partial(self.model.unassign, keys, exam_ids, versions)
        do = partial(unassign_exams, cells=list(map(cell_key, keys)), exam_ids=exam_ids)
        expected = cell_versions(versions)
        self.compare("UNASSIGN_EXAMS", expect, partial(do, expected_versions=expected))

    @rule(key=any_key, changes=changes, newer=st.sampled_from([None, None, 0, 0, -1, 1]))
    def update(self, key: Key, changes: dict[str, Any], newer: int | None) -> None:
        """Update with an expected version that is ``newer`` by this much than the cell's, or without one."""
        version = None if newer is None else self.model.cell(key).version + newer
        expect = partial(self.model.update, key, changes, version)
        given = cast(CellChanges, changes)
        do = partial(update_cell, cell=cell_key(key), changes=given, expected_version=version)
        self.compare("UPDATE_CELL", expect, do)

    @precondition(lambda self: self.planned)
    @rule(which=st.integers(0, 100), status=st.sampled_from(list(CellStatus)[1:]))
    def set_status_of_a_planned_cell(self, which: int, status: CellStatus) -> None:
        key = self.planned[which % len(self.planned)]
        expect = partial(self.model.update, key, {"status": status}, None)
        do = partial(update_cell, cell=cell_key(key), changes={"status": status})
        self.compare("UPDATE_CELL", expect, do)

    @property
    def planned(self) -> list[Key]:
        return sorted(key for key, cell in self.model.cells.items() if cell.exams)

    @rule(cells=clones, on_existing=on_existing, seen=seen)
    def clone(self, cells: tuple[Key, list[Key]], on_existing: str, seen: Seen = ()) -> None:
        source, keys = cells
        versions = self.versions([source, *keys], seen)
        expect = partial(self.model.clone, source, keys, on_existing, versions)
        do = partial(clone_cell, source=cell_key(source), targets=list(map(cell_key, keys)))
        do = partial(do, expected_versions=cell_versions(versions))
        self.compare("CLONE_CELL", expect, partial(do, on_existing=OnExisting(on_existing)))

    @rule(source=any_key, codes=st.lists(any_code, max_size=3), on_existing=on_existing, seen=seen)
    def share(self, source: Key, codes: list[str], on_existing: str, seen: Seen = ()) -> None:
        versions = self.versions([source, *((code, *source[1:]) for code in codes)], seen)
        expect = partial(self.model.share, source, codes, on_existing, versions)
        do = partial(share_cell, source=cell_key(source), class_codes=codes)
        do = partial(do, expected_versions=cell_versions(versions))
        self.compare("SHARE_CELL", expect, partial(do, on_existing=OnExisting(on_existing)))

    @precondition(lambda self: self.planned)
    @rule(which=st.integers(0, 100), on_existing=st.sampled_from(["MERGE", "REPLACE"]))
    def share_a_planned_cell(self, which: int, on_existing: str) -> None:
        """Share with the other class that the viewer can edit, so that many changes are saved."""
        source = self.planned[which % len(self.planned)]
        self.share(source, ["HALF" if source[0] == "OURS" else "OURS"], on_existing)

    @rule(name=st.sampled_from(["this year", "quarterly"]), is_active=st.booleans())
    def set_exam_active(self, name: str, is_active: bool) -> None:
        exam_id = self.exam_ids[name]
        self.model.exams[exam_id].active = is_active
        Exam.objects.filter(pk=exam_id).update(is_active=is_active)

    def compare(
        self, action: str, expect: Callable[[], ValidationErrors], do: Callable[..., object]
    ) -> None:
        """Check that both report the same errors. Without errors, the history has exactly the model's changes."""
        before = dict(self.model.cells)
        rows = set(ExamScheduleMatrix.objects.values_list("id", flat=True))
        entries = set(HistoryEntry.objects.values_list("id", flat=True))
        expected = expect()
        found: ValidationErrors = set()
        try:
            do(viewer=self.viewer)
        except ValidationFailedError as rejected:
            found = {(each.code, ".".join(map(str, each.path))) for each in rejected.errors}
            assert found
            assert rows == set(ExamScheduleMatrix.objects.values_list("id", flat=True))
        except BadUserInputError:
            found = BAD_LIST
        assert found == expected
        self.met.update({code for code, _ in found} or {action})
        new = list(HistoryEntry.objects.exclude(id__in=entries))
        recorded = {
            entry.subject_key: (entry.action, {name: change for name, *change in entry.changes})
            for entry in new
        }
        # One call is one change set, and no other call has it.
        change_sets = {entry.change_set for entry in new}
        assert len(change_sets) == bool(new)
        assert None not in change_sets
        assert not HistoryEntry.objects.filter(id__in=entries, change_set__in=change_sets).exists()
        assert recorded == {
            str(cell_key(key)): (action, differences(before.get(key, ModelCell()), cell))
            for key, cell in self.model.cells.items()
            if before.get(key) != cell
        }

    @invariant()
    def cells_equal_the_model(self) -> None:
        exam_ids = defaultdict(set)
        for cell_id, exam_id in MatrixCellExam.objects.values_list("cell_id", "exam_id"):
            exam_ids[cell_id].add(exam_id)
        stored = {
            (cell.school_class_id, cell.academic_year, cell.period): ModelCell(
                **{name: getattr(cell, name) for name in ("status", "notes", "version", *DAY)},
                exams=frozenset(exam_ids.pop(cell.id, ())),
            )
            for cell in ExamScheduleMatrix.objects.all()
        }
        changed = {key: cell for key, cell in stored.items() if cell != ModelCell()}
        assert changed == self.model.cells
        versions = sum(cell.version for cell in changed.values())
        assert HistoryEntry.objects.count() == versions


def differences(before: ModelCell, after: ModelCell) -> dict[str, list[Any]]:
    """Return the old and new value of each changed field, in the format of the history."""
    pairs: dict[str, list[Any]] = {
        "status": [before.status, after.status],
        "notes": [before.notes, after.notes],
        "exams": [sorted(before.exams), sorted(after.exams)],
    }
    for name, recorded_name in DAY.items():
        values = getattr(before, name), getattr(after, name)
        pairs[recorded_name] = [value and value.isoformat() for value in values]
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def make_machine(met: Counter[str]) -> Callable[[], Writing]:
    """Return a factory of machines that write in one school. ``met`` counts their actions and error codes."""
    teacher = make_teacher()
    for code, level in ACCESS.items():
        assign(teacher, make_class(code), AccessLevel(level))
    make_class("HIDDEN")
    exam_ids = {"unknown": 10**9}
    for name, exam in EXAMS.items():
        type_ = "QUARTERLY" if exam.quarterly else "REVIEW"
        exam_ids[name] = make_exam(type=type_, academic_year=exam.year).pk
    return partial(Writing, as_viewer(teacher), exam_ids, met)


def test_random_changes_equal_the_model() -> None:
    met = Counter[str]()
    run_state_machines(make_machine(met), examples=EXAMPLES, steps=STEPS)
    # Which of them a random run meets is chance. The next test meets each.
    assert met.keys() & ACTIONS
    assert met.keys() & CODES


def test_model_knows_every_action_and_error_of_a_cell_change() -> None:
    met = Counter[str]()
    machine = make_machine(met)()
    ours, half = months[:2]
    try:
        machine.assign(([ours, *ELSEWHERE], ["next year", "quarterly", "unknown"]))
        machine.assign(([ours, half], ["any year"]))
        machine.set_exam_active("this year", is_active=False)
        machine.assign(([ours], ["this year"]))
        machine.clone((ours, [half]), "REJECT")
        machine.share(ours, ["HALF", "SEEN"], "MERGE")
        for status in (CellStatus.EMPTY, CellStatus.COMPLETED, None):
            machine.update(ours, {"status": status}, None)
        machine.unassign(([ours], ["any year"]))
        machine.assign(([ours, half], ["any year"]), [(0, 1), (-1, 0)])
        machine.assign(([ours, half], ["any year"]), [(0, 1), (1, 0)])
        machine.update(half, {"notes": "\0", "end_time": datetime.time(8)}, 0)
        machine.update(half, {"notes": "x" * 10_001, "end_time": datetime.time(8)}, 0)
        machine.update(half, {"notes": "x" * 10_001, "end_time": datetime.time(8)}, -1)
        machine.update(half, {"scheduled_date": datetime.date(YEAR, 12, 31)}, None)
        machine.unassign(([half], ["any year"]))
        machine.clone((ours, [half]), "REPLACE")
        machine.share(ours, ["HALF"], "MERGE")
        machine.cells_equal_the_model()
    finally:
        machine.teardown()
    assert met.keys() >= CODES | ACTIONS
