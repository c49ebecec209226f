"""Two teachers change the same cells and undo each other's changes: nothing is lost without being shown.

The model remembers who set each field last. A field changes only by a change, or by undoing the change that set it. An undo
that would take away a later change of the same field is refused, and names it.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from primepath.domain.cell import CellKey
from primepath.domain.errors import InputError, UserErrorCode, ValidationFailedError
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from primepath.models import ExamScheduleMatrix, HistoryEntry
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.unassign_exams import unassign_exams
from primepath.services.cells.update_cells import CellUpdate, update_cells
from primepath.services.change_sets import change_set
from primepath.services.undo.undo_changes import undo_changes
from tests.factories import YEAR, as_viewer, assign, make_class, make_exam, make_teacher
from tests.profiles import examples
from tests.writing.history import assert_history_leads_to_the_cells
from tests.writing.state_machines import run_state_machines

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

KEYS = [CellKey(code, YEAR, period) for code in ("A", "B") for period in (Period.JAN, Period.FEB)]
FIELDS = ("status", "scheduled_date", "start_time", "end_time", "room", "notes")
HISTORY_NAMES = {
    "scheduled_date": "scheduledDate",
    "start_time": "startTime",
    "end_time": "endTime",
}
Place = tuple[CellKey, str]

blocks = st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True)
people = st.sampled_from([0, 1])
values = st.fixed_dictionaries(
    {},
    optional={
        "notes": st.sampled_from(["", "Pens", "Paper"]),
        "room": st.sampled_from(["", "1", "2"]),
        "start_time": st.sampled_from([None, datetime.time(9), datetime.time(10)]),
    },
).filter(bool)


@dataclass
class Change:
    """A change set: the fields before and after it. ``later``: the fields of it that were changed after it."""

    id: UUID
    person: int
    before: dict[Place, Any]
    after: dict[Place, Any]
    later: set[Place] = field(default_factory=set)


class Undoing(RuleBasedStateMachine):
    """Compares each change and undo with the model. Rolls back at the end."""

    def __init__(self, viewers: list[Viewer], exam_ids: list[int], met: Counter[str]) -> None:
        super().__init__()
        self.viewers, self.exam_ids, self.met = viewers, exam_ids, met
        self.changes: list[Change] = []
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.shown = self.stored()

    def teardown(self) -> None:
        try:
            assert_history_leads_to_the_cells()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def stored(self) -> dict[Place, Any]:
        cells = {str(cell.pk): cell for cell in ExamScheduleMatrix.objects.all()}
        found: dict[Place, Any] = {}
        for key in KEYS:
            cell = cells.get(str(key), ExamScheduleMatrix())
            found |= {(key, name): getattr(cell, name) for name in FIELDS}
            exams = cell.exams.values_list("pk", flat=True) if cell.pk else ()
            found[key, "exams"] = frozenset(exams)
        return found

    @rule(person=people, keys=blocks, values=values)
    def edit_a_block(self, person: int, keys: list[CellKey], values: dict[str, Any]) -> None:
        updates = [CellUpdate(key, values) for key in keys]  # type: ignore[arg-type]
        self.do(person, lambda viewer: update_cells(viewer=viewer, changes=updates))

    @rule(person=people, keys=blocks, which=st.sampled_from([0, 1]), adds=st.booleans())
    def change_exams(self, person: int, keys: list[CellKey], which: int, adds: bool) -> None:
        service = assign_exams if adds else unassign_exams
        exam_ids = [self.exam_ids[which]]
        self.do(person, lambda viewer: service(viewer=viewer, cells=keys, exam_ids=exam_ids))

    @precondition(lambda self: self.changes)
    @rule(person=people, which=st.integers(0, 100), recent=st.booleans())
    def undo(self, person: int, which: int, recent: bool) -> None:
        """Undo one of the last changes, or any change, of either teacher."""
        known = self.changes[-3:] if recent else self.changes
        change = known[which % len(known)]
        blocked = {(str(key), HISTORY_NAMES.get(name, name)) for key, name in change.later}
        refused = self.refused_undo(person, change)
        whose = "own" if person == change.person else "the other's"
        self.met[f"{'refused' if refused else 'undone'}, {whose}"] += 1
        if refused:
            self.check_refusal(refused, blocked)
            return
        assert not blocked
        now = self.stored()
        assert {place: now[place] for place in change.before} == change.before

    def refused_undo(self, person: int, change: Change) -> tuple[InputError, ...]:
        """Undo a change. Return why it was refused, or nothing if it was not."""
        try:
            self.do(person, lambda viewer: undo_changes(viewer=viewer, change_set_id=change.id))
        except ValidationFailedError as refused:
            return refused.errors
        return ()

    def check_refusal(self, errors: tuple[InputError, ...], blocked: set[tuple[str, str]]) -> None:
        named = {
            (str(error.values["object"]), str(error.values["changed"]))
            for error in errors
            if error.code is UserErrorCode.CHANGED_SINCE
        }
        assert named == blocked
        # Another field can forbid the earlier state, for example a status the earlier exams.
        assert named or {error.code for error in errors} <= {
            UserErrorCode.INVALID_STATUS,
            UserErrorCode.INVALID_TIME_RANGE,
        }
        assert self.stored() == self.shown

    def do(self, person: int, service: Any) -> None:
        """Run a service, and check that it changed what its change set lists, and nothing else."""
        with change_set() as made:
            service(self.viewers[person])
        now = self.stored()
        differing = {place for place in now if now[place] != self.shown[place]}
        recorded = self.recorded(made.id)
        assert recorded == differing
        if made.id is not None:
            for earlier in self.changes:
                earlier.later |= differing & earlier.before.keys()
            before = {place: self.shown[place] for place in differing}
            after = {place: now[place] for place in differing}
            self.changes.append(Change(made.id, person, before, after))
        self.shown = now

    def recorded(self, id: UUID | None) -> set[Place]:
        names = {**{value: key for key, value in HISTORY_NAMES.items()}}
        entries: Iterable[HistoryEntry] = HistoryEntry.objects.filter(change_set=id) if id else ()
        places = set()
        for entry in entries:
            key = CellKey.parse(entry.subject_key)
            assert key is not None
            places |= {(key, names.get(name, name)) for name, _before, _after in entry.changes}
        return places

    @invariant()
    def stored_cells_are_the_shown_ones(self) -> None:
        assert self.stored() == self.shown


def test_two_teachers_undo_each_others_changes() -> None:
    classes = [make_class(code) for code in ("A", "B")]
    teachers = [make_teacher(name) for name in ("mina", "juno")]
    for teacher in teachers:
        for each in classes:
            assign(teacher, each)
    viewers = [as_viewer(teacher) for teacher in teachers]
    exam_ids = [make_exam().pk for _ in range(2)]
    met: Counter[str] = Counter()
    run_state_machines(lambda: Undoing(viewers, exam_ids, met), examples=examples(60), steps=25)
    assert set(met) == {
        f"{result}, {whose}" for result in ("undone", "refused") for whose in ("own", "the other's")
    }
