"""Mutation that imports the schedule from a file."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from primepath.domain.cell import OnExisting
from primepath.domain.errors import UserErrorCode
from primepath.exchange.import_upload import import_upload
from primepath.exchange.rows import Effect, Problem, RowPlan
from primepath.exchange.schedule import ImportOptions, ScheduleImportResult
from schema.context import Info
from schema.mutations.idempotency import Recall, RepeatableInput
from schema.mutations.run_service import run_or_plan
from schema.types.payloads import Result
from schema.types.phrases import ADMINISTRATORS_ONLY
from schema.types.schedule_import import ImportSchedulePayload


@strawberry.input(description="A file to import, and how.")
class ImportScheduleInput(RepeatableInput):
    upload_id: strawberry.ID = strawberry.field(
        description="`uploadId` that `POST /files` has returned. Only the user who uploaded the file can import it, within an hour."
    )
    dry_run: bool = strawberry.field(
        default=True,
        description="True: check everything, save nothing, and return the rows, cells and warnings as they would be.",
    )
    expected_digest: str | None = strawberry.field(
        default=None,
        description=(
            "`digest` of a dry run. If the import would do something else now, it fails with STALE_VERSION. Omit to import "
            "whatever the file does now."
        ),
    )
    on_existing: OnExisting = strawberry.field(
        default=OnExisting.MERGE,
        description=(
            "Treatment of cells that have exams. MERGE adds the exams of the file and removes none. REPLACE also removes exams that "
            "are not in the file. REJECT rejects rows that would change them. All other columns replace the stored values."
        ),
    )
    skip_rejected: bool = strawberry.field(
        default=False,
        description="True: import the other rows if some have problems. False: then import nothing.",
    )


def _identify(result: ScheduleImportResult) -> Any:
    """Return the rows with their cells and effects, without the values that changed."""
    rows = [[row.number, row.key, row.effect, row.problems] for row in result.rows]
    return {"digest": result.digest, "rows": rows}


async def _load(info: Info, stored: Any) -> ScheduleImportResult | None:
    if not info.context.require_viewer().is_administrator:
        return None
    rows = [
        RowPlan(
            number,
            key,
            Effect(effect),
            problems=[
                Problem(UserErrorCode(code), address, message)
                for code, address, message in problems
            ],
        )
        for number, key, effect, problems in stored["rows"]
    ]
    return ScheduleImportResult(stored["digest"], rows, {})


_RECALL: Recall[ScheduleImportResult] = Recall(_identify, _load)


@strawberry.type
class ImportSchedule:
    @strawberry.mutation(
        graphql_type=ImportSchedulePayload | None,
        description=(
            "Imports cells from a spreadsheet or CSV file with the columns of an export, in one change set. A missing column means "
            "unchanged, and an empty value clears. A row with a `version` is rejected if the cell has another version. "
            + ADMINISTRATORS_ONLY
        ),
    )
    async def import_schedule(
        self,
        info: Info,
        input: Annotated[ImportScheduleInput, strawberry.argument(description="The file.")],
    ) -> Result[ScheduleImportResult]:
        viewer = info.context.require_viewer()
        options = ImportOptions(input.on_existing, input.skip_rejected, input.expected_digest)
        return await run_or_plan(
            info,
            input,
            lambda: import_upload(
                viewer=viewer,
                upload_id=input.upload_id,
                options=options,
                dry_run=input.dry_run,
            ),
            lambda result: result.planned,
            _RECALL,
            dry_run=input.dry_run,
        )
