"""The exam sessions of the demo school's pupils."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

from primepath.demo.cells import PlannedCell
from primepath.domain.cell import CellStatus
from primepath.domain.exam import SessionStatus
from primepath.models import ExamSession
from primepath.services.school.seed_school import SchoolFile

_FEWEST_PUPILS, _MOST_PUPILS = 10, 25
# Share of cells with exam sessions, by status.
_CELLS_WITH_SESSIONS = {
    CellStatus.SCHEDULED: 0.2,
    CellStatus.IN_PROGRESS: 1.0,
    CellStatus.COMPLETED: 0.4,
}
# Pupils' progress, in tenths. One pupil in ten misses an exam that the others have completed.
_PROGRESS = {
    CellStatus.SCHEDULED: {SessionStatus.NOT_STARTED: 10},
    CellStatus.IN_PROGRESS: {
        SessionStatus.NOT_STARTED: 3,
        SessionStatus.IN_PROGRESS: 4,
        SessionStatus.COMPLETED: 3,
    },
    CellStatus.COMPLETED: {SessionStatus.COMPLETED: 9, SessionStatus.NOT_STARTED: 1},
}


def seed_sessions(
    *, school: SchoolFile, planned: Sequence[PlannedCell], report: Callable[[str], None]
) -> None:
    """Add sessions to some of the new ``planned`` cells. A class has the same pupils in all its cells."""
    pupils = {
        entry["code"]: _pupils(entry["code"], position)
        for position, entry in enumerate(school["classes"])
    }
    sessions = [session for plan in planned for session in _sessions(plan, pupils)]
    ExamSession.objects.bulk_create(sessions, ignore_conflicts=True)
    report(f"Exam sessions: {len(sessions)} added.")


def _pupils(class_code: str, position: int) -> list[str]:
    number = _FEWEST_PUPILS + position * 7 % (_MOST_PUPILS - _FEWEST_PUPILS + 1)
    return [f"{class_code}-{seat:02}" for seat in range(1, number + 1)]


def _sessions(planned: PlannedCell, pupils: dict[str, list[str]]) -> Iterator[ExamSession]:
    cell, exams = planned
    chance = Random(f"{cell.id} sessions")
    status = CellStatus(cell.status)
    if chance.random() >= _CELLS_WITH_SESSIONS.get(status, 0):
        return
    progress = _PROGRESS[status]
    for exam in exams:
        for pupil in pupils[cell.school_class_id]:
            yield ExamSession(
                cell=cell,
                exam=exam,
                pupil=pupil,
                status=chance.choices(list(progress), list(progress.values()))[0],
            )
