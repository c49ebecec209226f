"""Mutations of the days on which the school is closed."""

from __future__ import annotations

import datetime
from typing import Annotated, NamedTuple

import strawberry

from loaders.sittings import SITTING_COLUMNS
from loaders.warnings import ScheduleRange, VisibleWarning
from primepath.domain.calendar_days import HolidayKind
from primepath.services.school.close_school import MAX_NAME_LENGTH, close_school
from primepath.services.school.days import MAX_DAYS
from primepath.services.school.reopen_school import reopen_school
from schema.context import Info
from schema.metadata import columns, list_size
from schema.mutations.idempotency import RepeatableInput
from schema.mutations.run_service import run_service
from schema.types.payloads import Payload, Result
from schema.types.phrases import ADMINISTRATORS_ONLY
from schema.types.schedule_warning import Holiday, ScheduleWarning

_LAST_DAY = f"Last day, included. At most {MAX_DAYS} days."
_FIELD_NAMES = {"first": "from", "last": "to"}


class _Days(NamedTuple):
    first: datetime.date
    last: datetime.date


@strawberry.input(description="Days to close the school on.")
class CloseSchoolInput(RepeatableInput):
    from_: datetime.date = strawberry.field(name="from", description="First day.")
    to: datetime.date = strawberry.field(description=_LAST_DAY)
    name: str = strawberry.field(
        description=f"Reason, such as `Foundation day`. Maximum: {MAX_NAME_LENGTH} characters."
    )
    kind: HolidayKind = strawberry.field(
        default=HolidayKind.SCHOOL,
        description="PUBLIC for a public holiday that the list of holidays does not have yet.",
    )


@strawberry.input(description="Days to open the school on.")
class ReopenSchoolInput(RepeatableInput):
    from_: datetime.date = strawberry.field(name="from", description="First day.")
    to: datetime.date = strawberry.field(description=_LAST_DAY)


@strawberry.type(description="Result of a mutation that closes or opens the school.")
class SchoolDaysPayload(Payload):
    @strawberry.field(
        graphql_type=list[Holiday] | None,
        description="Holidays on these days now, by date. Empty if the input was rejected.",
        metadata=list_size(30),
    )
    async def holidays(self, info: Info, result: strawberry.Parent[Result[_Days]]) -> list[object]:
        if result.value is None or result.is_rejected:
            return []
        return list(await info.context.loaders.holidays(*result.value))

    @strawberry.field(
        graphql_type=list[ScheduleWarning] | None,
        description="Warnings about cells on these days, by date. Empty if the input was rejected.",
        metadata=list_size(30) | columns(*SITTING_COLUMNS),
    )
    async def warnings(
        self, info: Info, result: strawberry.Parent[Result[_Days]]
    ) -> list[VisibleWarning]:
        if result.value is None or result.is_rejected:
            return []
        loaders = info.context.loaders
        codes = frozenset(each.code for each in await loaders.classes.all())
        return await loaders.warnings_in(ScheduleRange(codes, *result.value, frozenset()))


@strawberry.type
class SchoolDays:
    @strawberry.mutation(
        graphql_type=SchoolDaysPayload | None,
        description=(
            "Closes the school on some days. Exams on them stay as they are and get a warning. Days that are closed already "
            "get the new name. " + ADMINISTRATORS_ONLY
        ),
    )
    async def close_school(
        self,
        info: Info,
        input: Annotated[CloseSchoolInput, strawberry.argument(description="Days and reason.")],
    ) -> Result[_Days]:
        viewer = info.context.require_viewer()
        result = await run_service(
            info,
            input,
            lambda: close_school(
                viewer=viewer, first=input.from_, last=input.to, name=input.name, kind=input.kind
            ),
            _FIELD_NAMES,
        )
        return result.with_value(_Days(input.from_, input.to))

    @strawberry.mutation(
        graphql_type=SchoolDaysPayload | None,
        description=(
            "Opens the school on some days. Closed days become ordinary days. Public holidays stay in `holidays`, with "
            "`isOpen`, and cause no more warnings. " + ADMINISTRATORS_ONLY
        ),
    )
    async def reopen_school(
        self,
        info: Info,
        input: Annotated[ReopenSchoolInput, strawberry.argument(description="The days.")],
    ) -> Result[_Days]:
        viewer = info.context.require_viewer()
        result = await run_service(
            info,
            input,
            lambda: reopen_school(viewer=viewer, first=input.from_, last=input.to),
            _FIELD_NAMES,
        )
        return result.with_value(_Days(input.from_, input.to))
