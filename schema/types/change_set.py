"""Change sets: what one mutation, import or command changed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from uuid import UUID

import strawberry
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loaders.change_sets import ChangeSetData
from primepath import models
from primepath.domain.history import HistorySubject
from schema.connections.types import Connection
from schema.context import Context, Info
from schema.execution.batch import BatchContext, batched, resolve_one
from schema.ids import make_id
from schema.types.history_action import HistoryAction
from schema.types.node import Node
from schema.types.teacher import Teacher

_HEX = re.compile("[0-9a-f]{32}")


def change_set_id(id: UUID | None) -> str | None:
    """Return the public id of a change set, None for None."""
    return None if id is None else make_id("ChangeSet", id.hex)


def _parse_key(text: str) -> UUID | None:
    return UUID(text) if _HEX.fullmatch(text) else None


async def ids_of_undoing(context: Context, ids: Sequence[UUID | None]) -> list[str | None]:
    """Load the public id of the change set that undid each of ``ids``."""
    known = list(dict.fromkeys(id for id in ids if id is not None))
    found = await context.loaders.undoing_by_undone.load_all(known)
    undoing = {id: rows[0][1] for id, rows in zip(known, found, strict=True) if rows}
    return [None if id is None else change_set_id(undoing.get(id)) for id in ids]


async def _undone_by(batch: BatchContext, sets: Sequence[ChangeSetData]) -> list[str | None]:
    return await ids_of_undoing(batch.context, [each.id for each in sets])


async def _undoable(batch: BatchContext, sets: Sequence[ChangeSetData]) -> list[bool]:
    undoing = await _undone_by(batch, sets)
    return [each.may_undo and id is None for each, id in zip(sets, undoing, strict=True)]


def summary_of(changes: ChangeSetData) -> str:
    """Return the numbers of changed objects that the viewer can see, in words."""
    counts = changes.counts
    cells, exams = counts.get(HistorySubject.CELL, 0), counts.get(HistorySubject.EXAM, 0)
    curricula = counts.get(HistorySubject.CURRICULUM, 0)
    assignments = counts.get(HistorySubject.ASSIGNMENT, 0)
    texts = [
        (cells, ngettext("{count} cell", "{count} cells", cells)),
        (exams, ngettext("{count} exam", "{count} exams", exams)),
        (curricula, ngettext("{count} curriculum", "{count} curricula", curricula)),
        (assignments, ngettext("{count} assignment", "{count} assignments", assignments)),
    ]
    return _(", ").join(template.format(count=count) for count, template in texts if count)


@strawberry.type(
    description=(
        "Everything that one mutation, import or command changed. Numbers cover only the objects that you can see."
    )
)
class ChangeSet(Node, source=ChangeSetData, parse_key=_parse_key):
    at: datetime.datetime = strawberry.field(description="Time of the change.")
    actor_name: str = strawberry.field(
        name="byName", description="Name of the person who made the change, as it was at that time."
    )
    action: HistoryAction = strawberry.field(description="Type of action.")

    @strawberry.field(
        graphql_type=Teacher | None,
        description="Teacher who made the change. Null if it was not a teacher.",
    )
    async def by(
        self, info: Info, changes: strawberry.Parent[ChangeSetData]
    ) -> models.Teacher | None:
        return await info.context.loaders.teacher_by_id.find(changes.teacher_id)

    @strawberry.field(description="Numbers of changed objects, for people: `96 cells, 2 exams`.")
    def summary(self, changes: strawberry.Parent[ChangeSetData]) -> str:
        return summary_of(changes)

    @strawberry.field(description="Number of changed cells.")
    def cell_count(self, changes: strawberry.Parent[ChangeSetData]) -> int:
        return changes.counts.get(HistorySubject.CELL, 0)

    @strawberry.field(
        description=(
            "True if you have the access that undoing it requires, and it is not undone yet. `undoChanges` still fails with "
            "CHANGED_SINCE if the same fields have changed since."
        ),
        metadata=batched(_undoable),
    )
    async def undoable(self, info: Info, changes: strawberry.Parent[ChangeSetData]) -> bool:
        return await resolve_one(_undoable, info, changes)

    @strawberry.field(
        graphql_type=strawberry.ID | None,
        description="ID of the change set that undid this one. Null if it is not undone.",
        metadata=batched(_undone_by),
    )
    async def undone_by(self, info: Info, changes: strawberry.Parent[ChangeSetData]) -> str | None:
        return await resolve_one(_undone_by, info, changes)

    @classmethod
    async def load(cls, info: Info, key: UUID) -> ChangeSetData | None:
        return await info.context.loaders.change_set_by_id.load(key)


@strawberry.type(description="A page of change sets.")
class ChangeSetConnection(Connection[ChangeSet]):
    pass
