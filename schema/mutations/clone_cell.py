"""Planning cells as another cell is planned."""

from __future__ import annotations

from typing import Annotated

import strawberry
from django.conf import settings

from primepath.services.cells.clone_cell import OnExisting, clone_cell
from primepath.services.cells.share_cell import share_cell
from schema.context import Info
from schema.limits import check_list
from schema.limits.list_sizes import length_of
from schema.metadata import list_size
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service
from schema.types.enums import describe
from schema.types.inputs import CellKey, CellRef
from schema.types.payloads import CellsOutcome, MatrixCellsPayload

describe(
    OnExisting,
    "What happens to what a target has already.",
    {
        "MERGE": "It keeps its exams and gets those of the source; times and date only where it has none.",
        "REPLACE": "Exams, times and date of the source take its place.",
        "REJECT": "A target that has exams is refused as NOT_EMPTY.",
    },
)


@strawberry.input(description="A cell, and those to plan like it.")
class CloneCellInput:
    source: CellRef = strawberry.field(description="The cell to copy from; seeing it is enough.")
    targets: list[CellKey] = strawberry.field(
        description=f"The cells to copy to, at most {settings.MAX_LIST_LENGTH:,}."
    )
    on_existing: OnExisting = strawberry.field(
        default=OnExisting.MERGE, description="What happens to what a target has already."
    )


@strawberry.input(description="A cell, and the classes to plan like it.")
class ShareCellInput:
    source: CellRef = strawberry.field(description="The cell to copy from; seeing it is enough.")
    class_codes: list[str] = strawberry.field(
        description=(
            "The classes whose cell of the same period and year to copy to, "
            f"at most {settings.MAX_LIST_LENGTH:,} codes."
        )
    )
    on_existing: OnExisting = strawberry.field(
        default=OnExisting.MERGE, description="What happens to what a target has already."
    )


@strawberry.type
class CloneCell:
    @strawberry.mutation(
        graphql_type=MatrixCellsPayload | None,
        description=(
            "Copies a cell's exams, times and, where it lies in the target's period, date to other cells, all or "
            "nothing. Answers with the targets. Needs FULL or CO_TEACHER access to them."
        ),
        metadata=list_size(length_of("input", "targets")),
    )
    async def clone_cell(
        self,
        info: Info,
        input: Annotated[CloneCellInput, strawberry.argument(description="Source and targets.")],
    ) -> CellsOutcome:
        viewer = info.context.require_viewer()
        check_list("targets", input.targets)
        ids = IdParser()
        source = ids.cell(input.source, "source")
        targets = [target.key() for target in input.targets]
        result = await run_service(
            info,
            lambda: clone_cell(
                viewer=viewer,
                source=source,
                targets=targets,
                on_existing=input.on_existing,
                parse_errors=ids.errors,
            ),
        )
        return CellsOutcome([] if result.refused else targets, result.user_errors)

    @strawberry.mutation(
        graphql_type=MatrixCellsPayload | None,
        description=(
            "Copies a cell to the same period of other classes, as `cloneCell` does. Answers with their cells."
        ),
        metadata=list_size(length_of("input", "classCodes")),
    )
    async def share_cell(
        self,
        info: Info,
        input: Annotated[ShareCellInput, strawberry.argument(description="Source and classes.")],
    ) -> CellsOutcome:
        viewer = info.context.require_viewer()
        check_list("classCodes", input.class_codes)
        ids = IdParser()
        source = ids.cell(input.source, "source")
        result = await run_service(
            info,
            lambda: share_cell(
                viewer=viewer,
                source=source,
                class_codes=input.class_codes,
                on_existing=input.on_existing,
                parse_errors=ids.errors,
            ),
        )
        if result.refused or source is None:
            return CellsOutcome([], result.user_errors)
        return CellsOutcome([source._replace(class_code=code) for code in input.class_codes], [])
