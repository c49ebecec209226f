"""Mutations that copy a cell to other cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry
from django.conf import settings

from primepath.domain.cell import CellKey as Key
from primepath.domain.cell import OnExisting
from primepath.services.cells.checks import CellVersion as SeenVersion
from primepath.services.cells.clone_cell import clone_cell
from primepath.services.cells.share_cell import share_cell
from schema.context import Info
from schema.limits import check_list
from schema.limits.list_sizes import length_of
from schema.metadata import list_size
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser
from schema.mutations.payload_check import payload_check
from schema.mutations.run_service import run_cell_service
from schema.types.enums import describe
from schema.types.inputs import CellKey, CellRef, CellVersion
from schema.types.payloads import MatrixCellsPayload, Result
from schema.types.phrases import DRY_RUN, expected_versions, requires_edit

_ON_EXISTING = "Treatment of the exams, times and date that a target already has."
_EXPECTED_VERSIONS = expected_versions("the source and the targets")
describe(
    OnExisting,
    _ON_EXISTING,
    {
        "MERGE": "Keeps the target's exams and adds the source's. Copies times and date only if the target has none.",
        "REPLACE": "Replaces the target's exams, times and date with the source's.",
        "REJECT": "Fails with NOT_EMPTY if a target has exams.",
    },
)


@strawberry.input(description="A source cell and the target cells.")
class CloneCellInput(RepeatableInput):
    source: CellRef = strawberry.field(
        description="Cell to copy from. Any access to its class is enough."
    )
    targets: list[CellKey] = strawberry.field(
        description=f"Cells to copy to. Maximum: {settings.MAX_LIST_LENGTH:,}."
    )
    on_existing: OnExisting = strawberry.field(default=OnExisting.MERGE, description=_ON_EXISTING)
    expected_versions: list[CellVersion] | None = strawberry.field(
        default=None, description=_EXPECTED_VERSIONS
    )
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)


@strawberry.input(description="A source cell and the target classes.")
class ShareCellInput(RepeatableInput):
    source: CellRef = strawberry.field(
        description="Cell to copy from. Any access to its class is enough."
    )
    class_codes: list[str] = strawberry.field(
        description=(
            "Codes of the classes to copy to, in the same period and year. Maximum: "
            f"{settings.MAX_LIST_LENGTH:,}."
        )
    )
    on_existing: OnExisting = strawberry.field(default=OnExisting.MERGE, description=_ON_EXISTING)
    expected_versions: list[CellVersion] | None = strawberry.field(
        default=None, description=_EXPECTED_VERSIONS
    )
    dry_run: bool = strawberry.field(default=False, description=DRY_RUN)


@strawberry.type
class CloneCell:
    @strawberry.mutation(
        graphql_type=MatrixCellsPayload | None,
        description=(
            "Copies a cell's exams and times to the target cells, or fails as a whole. Also copies the date if it is within the target's period. "
            + requires_edit(" to the targets")
        ),
        metadata=list_size(length_of("input", "targets")),
    )
    async def clone_cell(
        self,
        info: Info,
        input: Annotated[CloneCellInput, strawberry.argument(description="Source and targets.")],
    ) -> Result[list[Key]]:
        viewer = info.context.require_viewer()
        check_list("targets", input.targets)
        ids = IdParser()
        source = ids.cell(input.source, "source")
        targets = [target.key() for target in input.targets]
        versions = ids.versions(input.expected_versions, "expected_versions")
        result = await run_cell_service(
            info,
            input,
            lambda: clone_cell(
                viewer=viewer,
                source=source,
                targets=targets,
                on_existing=input.on_existing,
                expected_versions=versions,
                parse_errors=ids.errors,
                check_result=payload_check(info),
                dry_run=input.dry_run,
            ),
            dry_run=input.dry_run,
        )
        return result.if_current([*targets, *_expected_source(result, source, versions)])

    @strawberry.mutation(
        graphql_type=MatrixCellsPayload | None,
        description=(
            "Copies a cell to the same period of other classes, or fails as a whole. Follows the rules of `cloneCell`. "
            + requires_edit(" to the target classes")
        ),
        metadata=list_size(length_of("input", "classCodes")),
    )
    async def share_cell(
        self,
        info: Info,
        input: Annotated[ShareCellInput, strawberry.argument(description="Source and classes.")],
    ) -> Result[list[Key]]:
        viewer = info.context.require_viewer()
        check_list("classCodes", input.class_codes)
        ids = IdParser()
        source = ids.cell(input.source, "source")
        versions = ids.versions(input.expected_versions, "expected_versions")
        result = await run_cell_service(
            info,
            input,
            lambda: share_cell(
                viewer=viewer,
                source=source,
                class_codes=input.class_codes,
                on_existing=input.on_existing,
                expected_versions=versions,
                parse_errors=ids.errors,
                check_result=payload_check(info),
                dry_run=input.dry_run,
            ),
            dry_run=input.dry_run,
        )
        targets = [source._replace(class_code=code) for code in input.class_codes] if source else []
        return result.if_current([*targets, *_expected_source(result, source, versions)])


def _expected_source(
    result: Result[None], source: Key | None, versions: Sequence[SeenVersion]
) -> list[Key]:
    """Return the source if the input was rejected although it has a version of the source, which can be the stale one."""
    listed = source is not None and any(each.cell == source for each in versions)
    return [source] if source and listed and result.is_rejected else []
