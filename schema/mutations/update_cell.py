"""Changing what a cell says beside its exams."""

from __future__ import annotations

import datetime
from typing import Annotated, cast

import strawberry
from strawberry import UNSET

from primepath.domain.cell import CellStatus
from primepath.services.cells.update_cell import CellChanges, update_cell
from schema.context import Info
from schema.mutations.ids import IdParser, given_fields
from schema.mutations.run_service import run_service
from schema.types.inputs import CellRef
from schema.types.payloads import CellOutcome, MatrixCellPayload


@strawberry.input(
    description="What to change in a cell. A field that is left out stays as it is; null clears it."
)
class UpdateCellInput:
    cell: CellRef = strawberry.field(description="Which cell.")
    expected_version: int | None = strawberry.field(
        default=None,
        description=(
            "The version you have seen. Where it is no longer the cell's version, nothing is changed and the answer "
            "is STALE_VERSION with the cell as it is. Left out, the change is made whatever happened since."
        ),
    )
    status: CellStatus | None = strawberry.field(
        default=UNSET,
        description=(
            "How far the planning has come. EMPTY needs a cell without exams; SCHEDULED, IN_PROGRESS and COMPLETED need "
            "one with exams. It cannot be null."
        ),
    )
    scheduled_date: datetime.date | None = strawberry.field(
        default=UNSET, description="The day of the exams, within the period."
    )
    start_time: datetime.time | None = strawberry.field(
        default=UNSET, description="When the exams begin, in the school's time zone."
    )
    end_time: datetime.time | None = strawberry.field(
        default=UNSET, description="When the exams end, after `startTime`."
    )
    notes: str | None = strawberry.field(
        default=UNSET, description="Notes, at most 10,000 characters; null empties them."
    )


@strawberry.type
class UpdateCell:
    @strawberry.mutation(
        graphql_type=MatrixCellPayload | None,
        description="Changes a cell's status, date, times or notes. Needs FULL or CO_TEACHER access.",
    )
    async def update_cell(
        self,
        info: Info,
        input: Annotated[UpdateCellInput, strawberry.argument(description="What to change.")],
    ) -> CellOutcome:
        viewer = info.context.require_viewer()
        ids = IdParser()
        key = ids.cell(input.cell, "cell")
        fields = ("status", "scheduled_date", "start_time", "end_time", "notes")
        changes = cast(CellChanges, given_fields(input, *fields))
        result = await run_service(
            info,
            lambda: update_cell(
                viewer=viewer,
                cell=key,
                changes=changes,
                expected_version=input.expected_version,
                parse_errors=ids.errors,
            ),
        )
        return CellOutcome(key, result.user_errors)
