"""The checker of the trial finds every kind of wrong change that is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmarks.trial.checker.check import Findings, check
from benchmarks.trial.checker.ledger import Bulk, Ledger, Note
from benchmarks.trial.checker.stored import UNUSED, Cell, Entry, Stored

_CELL = "PRIMARY_1A/2026/JAN"
_BULK = [f"PRIMARY_1A/2028/{period}" for period in ("JAN", "FEB", "MAR")]
_BEFORE = Stored({_CELL: UNUSED}, [], 0)


def _cell(version: int, **fields: object) -> Cell:
    return Cell(version, {**UNUSED.fields, **fields})


def _note(text: str, outcome: str, version: int = 0) -> Note:
    return Note(_CELL, text, outcome, version)


def _ledger() -> Ledger:
    """Return one acknowledged note, one of unknown outcome, one that was refused, and one bulk change."""
    ledger = Ledger()
    ledger.notes = [
        _note("first", "served", 1),
        _note("second", "lost"),
        _note("third", "503 OVERLOADED"),
    ]
    ledger.bulks = {_BULK[0]: Bulk(_BULK, versions=[1])}
    return ledger


def _after() -> Stored:
    """Return what a correct server has stored: the unknown note too, which it may."""
    history = [
        Entry(1, _CELL, "UPDATE_CELL", [("notes", "", "first")], "a"),
        Entry(2, _CELL, "UPDATE_CELL", [("notes", "first", "second")], "b"),
        *(
            Entry(
                3 + n,
                cell,
                "ASSIGN_EXAMS",
                [("status", "EMPTY", "SCHEDULED"), ("exams", [], [7])],
                "c",
            )
            for n, cell in enumerate(_BULK)
        ),
    ]
    planned = _cell(1, status="SCHEDULED", exams=[7])
    return Stored({_CELL: _cell(2, notes="second"), **dict.fromkeys(_BULK, planned)}, history, 5)


def _with_cell(stored: Stored, id: str, cell: Cell) -> Stored:
    return replace(stored, cells={**stored.cells, id: cell})


def _without_entry(stored: Stored, number: int) -> Stored:
    return replace(stored, history=[each for each in stored.history if each.id != number])


def test_correct_changes_are_accepted() -> None:
    assert check(_ledger(), _BEFORE, _after()) == Findings()


def test_a_change_of_unknown_outcome_may_be_missing() -> None:
    after = _with_cell(_without_entry(_after(), 2), _CELL, _cell(1, notes="first"))
    assert check(_ledger(), _BEFORE, after) == Findings()


def test_the_state_before_the_trial_is_no_change() -> None:
    other = _cell(4, notes="old", exams=[1, 2])
    before = _with_cell(_BEFORE, "PRIMARY_2A/2026/JAN", other)
    after = _with_cell(_after(), "PRIMARY_2A/2026/JAN", other)
    assert check(_ledger(), before, after) == Findings()


_LOST: dict[str, Callable[[Stored], Stored]] = {
    "acknowledged note": lambda after: _with_cell(
        replace(
            _without_entry(_without_entry(after, 1), 2),
            history=[
                Entry(2, _CELL, "UPDATE_CELL", [("notes", "", "second")], "b"),
                *after.history[2:],
            ],
        ),
        _CELL,
        _cell(1, notes="second"),
    ),
    "acknowledged bulk change": lambda after: Stored(
        {_CELL: after.cells[_CELL]}, after.history[:2], 2
    ),
    "note stored twice": lambda after: _with_cell(
        replace(
            after,
            history=[
                *after.history,
                Entry(6, _CELL, "UPDATE_CELL", [("notes", "second", "first")], "d"),
            ],
        ),
        _CELL,
        _cell(3, notes="first"),
    ),
    "refused note that is stored": lambda after: _with_cell(
        replace(
            after,
            history=[
                *after.history,
                Entry(6, _CELL, "UPDATE_CELL", [("notes", "second", "third")], "d"),
            ],
        ),
        _CELL,
        _cell(3, notes="third"),
    ),
}


@pytest.mark.parametrize("plant", _LOST.values(), ids=_LOST)
def test_lost_and_doubled_changes_are_found(plant: Callable[[Stored], Stored]) -> None:
    findings = check(_ledger(), _BEFORE, plant(_after()))
    assert findings.lost
    assert not findings.half_written


_HALF_WRITTEN: dict[str, Callable[[Stored], Stored]] = {
    "a row without its history": lambda after: _without_entry(after, 2),
    "history without its row": lambda after: _with_cell(after, _CELL, _cell(1, notes="first")),
    "a version without a change": lambda after: _with_cell(after, _CELL, _cell(3, notes="second")),
    "a field that is not in the history": lambda after: _with_cell(
        after, _CELL, _cell(2, notes="second", status="DRAFT")
    ),
    "an exam that is not in the history": lambda after: _with_cell(
        after, _BULK[1], _cell(1, status="SCHEDULED", exams=[])
    ),
    "some cells of a change only": lambda after: _with_cell(
        _without_entry(after, 4), _BULK[1], UNUSED
    ),
    "two changes that saw the same value": lambda after: replace(
        after,
        history=[
            after.history[0],
            Entry(2, _CELL, "UPDATE_CELL", [("notes", "", "second")], "b"),
            *after.history[2:],
        ],
    ),
}


@pytest.mark.parametrize("plant", _HALF_WRITTEN.values(), ids=_HALF_WRITTEN)
def test_half_written_changes_are_found(plant: Callable[[Stored], Stored]) -> None:
    assert check(_ledger(), _BEFORE, plant(_after())).half_written


def test_a_payload_with_different_versions_is_found() -> None:
    ledger = _ledger()
    bulk = ledger.bulks[_BULK[0]]
    bulk.done("served", b'{"data":{"assignExams":{"cells":[{"version":1},{"version":2}]}}}')
    assert check(ledger, _BEFORE, _after()).lost


def test_a_repeated_change_without_effect_is_no_second_change() -> None:
    bulk = Bulk(_BULK, versions=[1])
    bulk.done("served", b'{"version":1},{"version":1},{"version":1}')
    assert bulk.versions == [1]
    assert not bulk.problems
