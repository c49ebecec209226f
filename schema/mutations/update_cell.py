"""Mutation of a cell's status, date, times, room, invigilator and notes."""

from __future__ import annotations

import datetime
from typing import Annotated, cast

import strawberry
from strawberry import UNSET

from primepath.domain.cell import CellKey, CellStatus
from primepath.services.cells.cell_changes import (
    MAX_NOTES_LENGTH,
    MAX_ROOM_LENGTH,
    CellChanges,
)
from primepath.services.cells.update_cell import update_cell
from schema.context import Info
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser, given_fields
from schema.mutations.payload_check import payload_check
from schema.mutations.run_service import run_service
from schema.types.inputs import CellRef
from schema.types.payloads import MatrixCellPayload, Result
from schema.types.phrases import UNCHANGED_IF_OMITTED, expected_version, requires_edit


@strawberry.input(description="Changes to a cell. " + UNCHANGED_IF_OMITTED)
class UpdateCellInput(RepeatableInput):
    cell: CellRef = strawberry.field(description="Cell to change.")
    expected_version: int | None = strawberry.field(
        default=None,
        description=expected_version("cell"),
    )
    status: CellStatus | None = strawberry.field(
        default=UNSET,
        description=(
            "Planning status. EMPTY requires a cell without exams; SCHEDULED, IN_PROGRESS and COMPLETED require "
            "exams. Cannot be null."
        ),
    )
    scheduled_date: datetime.date | None = strawberry.field(
        default=UNSET, description="Date of the exams. Must be within the cell's period."
    )
    start_time: datetime.time | None = strawberry.field(
        default=UNSET, description="Start of the exams, in the school's time zone."
    )
    end_time: datetime.time | None = strawberry.field(
        default=UNSET, description="End of the exams. Must be after `startTime`."
    )
    room: str | None = strawberry.field(
        default=UNSET,
        description=(
            f"Room of the exams. Blanks around it are removed. Maximum: {MAX_ROOM_LENGTH} characters. Null for no room."
        ),
    )
    invigilator_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="ID of the teacher who supervises the exams. Null for none.",
    )
    notes: str | None = strawberry.field(
        default=UNSET,
        description=f"Notes. Maximum: {MAX_NOTES_LENGTH:,} characters. Null for an empty text.",
    )


def read_changes(input: UpdateCellInput, ids: IdParser, *path: str | int) -> CellChanges:
    """Return the changes in an input at ``path``. Ids become keys; a malformed one changes nothing and is an error in ``ids``."""
    given = given_fields(input, except_for={"cell", "expected_version"})
    if (id := given.get("invigilator_id")) is not None:
        given["invigilator_id"] = ids.number(id, "Teacher", *path, "invigilator_id")
    return cast(CellChanges, given)


@strawberry.type
class UpdateCell:
    @strawberry.mutation(
        graphql_type=MatrixCellPayload | None,
        description="Updates a cell's status, date, times, room, invigilator or notes. "
        + requires_edit(),
    )
    async def update_cell(
        self,
        info: Info,
        input: Annotated[UpdateCellInput, strawberry.argument(description="Cell and changes.")],
    ) -> Result[CellKey]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        key = ids.cell(input.cell, "cell")
        changes = read_changes(input, ids)
        result = await run_service(
            info,
            input,
            lambda: update_cell(
                viewer=viewer,
                cell=key,
                changes=changes,
                expected_version=input.expected_version,
                parse_errors=ids.errors,
                check_result=payload_check(info),
            ),
        )
        return result.with_value(key)
