"""An event of live updates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import strawberry

from primepath.domain.cell import CellKey
from schema.context import Info
from schema.limits.list_sizes import SCHOOL_CLASSES
from schema.metadata import list_size
from schema.types.cell_batches import AnyCell
from schema.types.matrix_cell import MatrixCell, load_cells_of_keys
from schema.types.sync_token import SyncToken

_CELLS = 16


@dataclass(frozen=True)
class Change:
    """The content of an event, about classes that the viewer can see now."""

    where: SyncToken
    keys: tuple[CellKey, ...] = ()
    class_codes: tuple[str, ...] = ()
    resync: bool = False

    @cached_property
    def position(self) -> str:
        """The signed text of ``where``."""
        return str(self.where)


@strawberry.type(
    description=(
        "A change of the schedule. Several changes can be combined in one. Applying it twice changes nothing."
    )
)
class ScheduleChange:
    @strawberry.field(
        description=(
            "Position of the event, also its SSE `id`. Send it as `after`, or as the header `Last-Event-ID`, to go on from here."
        )
    )
    def position(self, change: strawberry.Parent[Change]) -> str:
        return change.position

    @strawberry.field(
        graphql_type=list[MatrixCell] | None,
        description=(
            "Changed cells of the followed classes that you can see, in their current state. A cell with a lower `version` "
            "than that of your copy is older: ignore it."
        ),
        metadata=list_size(_CELLS),
    )
    async def cells(self, info: Info, change: strawberry.Parent[Change]) -> list[AnyCell]:
        return await load_cells_of_keys(info, change.keys)

    @strawberry.field(
        description=(
            "Followed classes with a changed row, changed access, or which you have lost or gained. Load them again."
        ),
        metadata=list_size(SCHOOL_CLASSES),
    )
    def changed_class_codes(self, change: strawberry.Parent[Change]) -> list[str]:
        return list(change.class_codes)

    @strawberry.field(
        description="True if more has changed than an event can report. Load the matrix again. `cells` is empty then."
    )
    def resync(self, change: strawberry.Parent[Change]) -> bool:
        return change.resync
