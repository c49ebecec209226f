"""Mutation that accepts a warning."""

from __future__ import annotations

from typing import Annotated

import strawberry

from loaders.warning_keys import WarningKey, warning_facts
from loaders.warnings import ScheduleRange, VisibleWarning
from primepath.domain.cell import CellKey
from primepath.services.school.accept_warning import (
    MAX_REASON_LENGTH,
    FoundWarning,
    accept_warning,
)
from schema.context import Info
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service
from schema.types.payloads import Payload, Result
from schema.types.schedule_warning import ScheduleWarning


@strawberry.input(description="A warning, and why it is no problem.")
class AcceptWarningInput(RepeatableInput):
    warning_id: strawberry.ID = strawberry.field(description="ID of the warning.")
    reason: str = strawberry.field(
        description=f"Why the warning is no problem. Maximum: {MAX_REASON_LENGTH:,} characters."
    )


@strawberry.type(description="Result of accepting a warning.")
class AcceptWarningPayload(Payload):
    value: ScheduleWarning | None = strawberry.field(
        name="warning",
        description="The warning, with its acceptance. Null if it does not exist any more.",
    )


@strawberry.type
class AcceptWarning:
    @strawberry.mutation(
        graphql_type=AcceptWarningPayload | None,
        description=(
            "Accepts a warning, for all users, or changes the reason. It is still returned, with `accepted`. The acceptance "
            "ends when a cell of the warning gets another date, time, room or invigilator. Requires FULL or CO_TEACHER "
            "access to a class of the warning."
        ),
    )
    async def accept_warning(
        self,
        info: Info,
        input: Annotated[
            AcceptWarningInput, strawberry.argument(description="Warning and reason.")
        ],
    ) -> Result[VisibleWarning]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        key = ids.warning(input.warning_id, "warning_id")
        seen = await _find(info, key) if key else None
        found = seen and FoundWarning(
            warning_facts(seen.warning),
            seen.warning.code,
            seen.warning.date,
            [cell for each in seen.visible if (cell := CellKey.parse(each.id))],
        )
        result = await run_service(
            info,
            input,
            lambda: accept_warning(
                viewer=viewer, warning=found, reason=input.reason, parse_errors=ids.errors
            ),
        )
        return result.with_value(seen)


async def _find(info: Info, key: WarningKey) -> VisibleWarning | None:
    """Return the warning with this key, if there still is one and the viewer can see one of its cells."""
    loaders = info.context.loaders
    codes = frozenset(each.code for each in await loaders.classes.all())
    if key.date:
        wanted = ScheduleRange(codes, key.date, key.date, frozenset())
    else:
        wanted = ScheduleRange.undated(codes, key.academic_year)
    found = await loaders.warnings_in(wanted)
    return next((each for each in found if each.key == key.text), None)
