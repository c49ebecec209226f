"""Mutation that undoes a change set."""

from __future__ import annotations

from typing import Annotated

import strawberry

from primepath.domain.cell import CellKey
from primepath.services.undo.undo_changes import undo_changes
from schema.context import Info
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser
from schema.mutations.payload_check import payload_check
from schema.mutations.run_service import run_service
from schema.types.payloads import Result, UndoChangesPayload


@strawberry.input(description="A change set to undo.")
class UndoChangesInput(RepeatableInput):
    change_set_id: strawberry.ID = strawberry.field(
        description="ID of the change set: `changeSetId` of a payload or a history entry, or `id` of `changeSets`."
    )


@strawberry.type
class UndoChanges:
    @strawberry.mutation(
        graphql_type=UndoChangesPayload | None,
        description=(
            "Restores every field that a change set changed, or fails as a whole. CHANGED_SINCE: the same fields have changed "
            "since; the messages name the object, the field, who changed it and when. Exams that it created become inactive. The "
            "undo is a change set too, and undoing it repeats the change. Access and accounts are not restored. Requires the "
            "access that each of its changes requires."
        ),
    )
    async def undo_changes(
        self,
        info: Info,
        input: Annotated[UndoChangesInput, strawberry.argument(description="Change set.")],
    ) -> Result[list[CellKey]]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        id = ids.change_set(input.change_set_id, "change_set_id")
        return await run_service(
            info,
            input,
            lambda: undo_changes(
                viewer=viewer,
                change_set_id=id,
                parse_errors=ids.errors,
                check_result=payload_check(info),
            ),
        )
