"""The state of the database as the statement sees it that authenticates a request."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from primepath.db.statement import Parameter
from primepath.models import TeacherClassAssignment
from primepath.models.database_state import DatabaseState, StateText, read_state, state_before


class Observation(NamedTuple):
    """The state of the database at a time.

    ``access_ends_at``: the next time after it at which a teacher's access to a class expires. None if none does.
    """

    database: DatabaseState
    at: datetime
    access_ends_at: datetime | None


class Observer:
    """Observes the state in a statement of the caller. Create it before the statement runs."""

    def __init__(self) -> None:
        self._before = state_before()
        self.now = timezone.now()

    @staticmethod
    def columns(now: Parameter) -> tuple[Any, Any]:
        """Return the columns that `observation` needs."""
        return StateText(), TeacherClassAssignment.objects.next_end(now)

    def observation(self, state: str, access_ends_at: datetime | None) -> Observation | None:
        """Return what the columns show. None if the state is unknown."""
        database = read_state(state, self._before)
        return database and Observation(database, self.now, access_ends_at)
