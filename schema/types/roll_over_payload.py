"""Payload of `rollOverYear`."""

from __future__ import annotations

import strawberry

from loaders.sittings import SITTING_COLUMNS
from loaders.warnings import VisibleWarning
from primepath.domain.new_year import YearPart
from primepath.services.years.plan import PartReport
from primepath.services.years.roll_over_year import RollOverResult
from schema.connections.pagination import MAX_PAGE_SIZE
from schema.context import Info
from schema.metadata import columns, list_size
from schema.types.enums import describe
from schema.types.payloads import Payload, Result, warnings_of
from schema.types.schedule_warning import ScheduleWarning

describe(
    YearPart,
    "A part of the plan of a year.",
    {
        "CURRICULUM": "The levels of the classes.",
        "EXAMS": (
            "Exams in the cells of the earlier year. Exams with a year get a copy; others are used again. The old year in a name "
            "becomes the new one."
        ),
        "SCHEDULE": (
            "Cells: exams, dates, times, rooms, invigilators who have not left, and notes. Copies are SCHEDULED with exams, and "
            "DRAFT without. Exams with a year need a copy: request EXAMS too."
        ),
        "ASSIGNMENTS": (
            "Access of teachers that would expire before the new year loses its expiry. Other access is in effect anyway."
        ),
    },
)


@strawberry.type(description="Result of copying one part of a plan.")
class RollOverReport:
    part: YearPart = strawberry.field(description="The part.")
    copied: int = strawberry.field(description="Number of copied or extended objects.")
    skipped: int = strawberry.field(description="Number of objects that were skipped.")
    reasons: list[str] = strawberry.field(
        description=(
            "A sentence for each skipped object, with the reason, and for each copy that gets another name or lacks something."
        ),
        metadata=list_size(MAX_PAGE_SIZE),
    )


@strawberry.type(description="Result of `rollOverYear`.")
class RollOverYearPayload(Payload):
    @strawberry.field(
        description=(
            "Identifies what is copied over what. Send it as `expectedDigest` to copy what a dry run showed. Null if the input was "
            "rejected."
        )
    )
    def digest(self, result: strawberry.Parent[Result[RollOverResult]]) -> str | None:
        return result.value.digest if result.value else None

    @strawberry.field(
        graphql_type=list[RollOverReport] | None,
        description="One report for each part. Empty if the input was rejected.",
        metadata=list_size(len(YearPart)),
    )
    def report(self, result: strawberry.Parent[Result[RollOverResult]]) -> list[PartReport]:
        return result.value.reports if result.value else []

    @strawberry.field(
        graphql_type=list[ScheduleWarning] | None,
        description="Warnings about the copied cells, by date. They prevent nothing. Empty if the input was rejected.",
        metadata=list_size(MAX_PAGE_SIZE) | columns(*SITTING_COLUMNS),
    )
    async def warnings(
        self, info: Info, result: strawberry.Parent[Result[RollOverResult]]
    ) -> list[VisibleWarning]:
        return await warnings_of(info, result, result.value.cells if result.value else [])
