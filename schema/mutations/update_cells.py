"""Mutation of several cells' status, date, times, room, invigilator or notes."""

from __future__ import annotations

from typing import Annotated

import strawberry
from django.conf import settings
from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey
from primepath.domain.errors import BadUserInputError
from primepath.services.cells.update_cells import CellUpdate, update_cells
from schema.context import Info
from schema.limits import check_list
from schema.limits.list_sizes import length_of
from schema.metadata import list_size
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser
from schema.mutations.payload_check import payload_check
from schema.mutations.run_service import run_cell_service
from schema.mutations.update_cell import UpdateCellInput, read_changes
from schema.types.payloads import MatrixCellsPayload, Result
from schema.types.phrases import DRY_RUN, requires_edit


@strawberry.input(description="Changes to several cells.")
class UpdateCellsInput(RepeatableInput):
    changes: list[UpdateCellInput] = strawberry.field(
        description=(
            "Changes, one item for each cell. A cell that is listed twice is a DUPLICATE error. Maximum: "
            f"{settings.MAX_LIST_LENGTH:,}."
        )
    )
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)


@strawberry.type
class UpdateCells:
    @strawberry.mutation(
        graphql_type=MatrixCellsPayload | None,
        description=(
            "Updates the status, date, times, room, invigilator or notes of several cells, or fails as a whole. "
            + requires_edit()
        ),
        metadata=list_size(length_of("input", "changes")),
    )
    async def update_cells(
        self,
        info: Info,
        input: Annotated[UpdateCellsInput, strawberry.argument(description="Cells and changes.")],
    ) -> Result[list[CellKey]]:
        viewer = info.context.require_viewer()
        check_list("changes", input.changes)
        if any(each.idempotency_key is not None for each in input.changes):
            template = _("`idempotencyKey` is for the whole input, not for one of its `changes`.")
            raise BadUserInputError(template)
        ids = IdParser()
        changes = [
            CellUpdate(
                ids.cell(each.cell, "changes", position, "cell"),
                read_changes(each, ids, "changes", position),
                each.expected_version,
            )
            for position, each in enumerate(input.changes)
        ]
        result = await run_cell_service(
            info,
            input,
            lambda: update_cells(
                viewer=viewer,
                changes=changes,
                parse_errors=ids.errors,
                check_result=payload_check(info),
                dry_run=input.dry_run,
            ),
            dry_run=input.dry_run,
        )
        return result.if_current([each.cell for each in changes if each.cell])
