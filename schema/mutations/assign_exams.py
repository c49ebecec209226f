"""Mutations that assign exams to cells and remove them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import strawberry
from django.conf import settings

from primepath.domain.cell import CellKey
from primepath.domain.planned_cell import PlannedCells
from primepath.services.cells.assign_exams import assign_exams
from primepath.services.cells.unassign_exams import unassign_exams
from schema.context import Info
from schema.limits.list_sizes import length_of
from schema.metadata import list_size
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser
from schema.mutations.payload_check import payload_check
from schema.mutations.run_service import run_cell_service
from schema.types.inputs import CellRef, CellVersion
from schema.types.payloads import MatrixCellsPayload, Result
from schema.types.phrases import DRY_RUN, expected_versions, requires_edit


@strawberry.input(description="Cells and exams. All exams apply to all cells.")
class AssignExamsInput(RepeatableInput):
    cells: list[CellRef] = strawberry.field(
        description=f"Target cells. Maximum: {settings.MAX_LIST_LENGTH:,}."
    )
    exam_ids: list[strawberry.ID] = strawberry.field(
        description=(
            f"IDs of the exams. Maximum: {settings.MAX_LIST_LENGTH:,}. Exams × cells cannot exceed "
            f"{settings.MAX_EXAMS_TIMES_CELLS:,}."
        )
    )
    expected_versions: list[CellVersion] | None = strawberry.field(
        default=None, description=expected_versions("the cells")
    )
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)


async def _change_exams(
    info: Info, input: AssignExamsInput, service: Callable[..., PlannedCells]
) -> Result[list[CellKey]]:
    viewer = info.context.require_viewer()
    ids = IdParser()
    cells = ids.cells(input.cells, "cells")
    exam_ids = ids.numbers(input.exam_ids, "Exam", "exam_ids")
    versions = ids.versions(input.expected_versions, "expected_versions")
    result = await run_cell_service(
        info,
        input,
        lambda: service(
            viewer=viewer,
            cells=cells,
            exam_ids=exam_ids,
            expected_versions=versions,
            parse_errors=ids.errors,
            check_result=payload_check(info),
            dry_run=input.dry_run,
        ),
        dry_run=input.dry_run,
    )
    return result.if_current([key for key in cells if key])


@strawberry.type
class AssignExams:
    @strawberry.mutation(
        graphql_type=MatrixCellsPayload | None,
        description=(
            "Assigns all of the exams to all of the cells, or fails as a whole. Safe to repeat. An EMPTY cell becomes SCHEDULED. "
            + requires_edit()
        ),
        metadata=list_size(length_of("input", "cells")),
    )
    async def assign_exams(
        self,
        info: Info,
        input: Annotated[AssignExamsInput, strawberry.argument(description="Cells and exams.")],
    ) -> Result[list[CellKey]]:
        return await _change_exams(info, input, assign_exams)

    @strawberry.mutation(
        graphql_type=MatrixCellsPayload | None,
        description=(
            "Removes the exams from the cells, or fails as a whole. Exams that are not assigned are ignored. A SCHEDULED cell that loses its last exam becomes EMPTY. "
            + requires_edit()
        ),
        metadata=list_size(length_of("input", "cells")),
    )
    async def unassign_exams(
        self,
        info: Info,
        input: Annotated[AssignExamsInput, strawberry.argument(description="Cells and exams.")],
    ) -> Result[list[CellKey]]:
        return await _change_exams(info, input, unassign_exams)
