"""Mutation that plans a year from an earlier one."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry
from django.conf import settings

from primepath.domain.new_year import DateShift, RollOverExisting, YearPart
from primepath.services.years.plan import PartReport
from primepath.services.years.roll_over_year import RollOverResult, roll_over_year
from schema.context import Info
from schema.limits import check_list
from schema.mutations.idempotency import BY_ID, Recall, RepeatableInput
from schema.mutations.run_service import run_or_plan
from schema.types.enums import describe
from schema.types.payloads import Result
from schema.types.phrases import ADMINISTRATORS_ONLY
from schema.types.roll_over_payload import RollOverYearPayload

describe(
    DateShift,
    "How the dates of the earlier year become dates of the new one. A date on a holiday is kept, and is a warning.",
    {
        "NONE": "Copies have no dates.",
        "SAME_WEEKDAY": (
            "The nearest date of the same weekday in the same month or quarter, 6 days away at most."
        ),
        "SAME_DATE": "The same day and month. 29 February becomes 28 February.",
    },
)
describe(
    RollOverExisting,
    "Treatment of cells and curricula of the new year that are in use already.",
    {
        "SKIP": "They stay as they are, and the report lists them.",
        "MERGE": "Adds exams and levels. Sets only empty dates, times, rooms, invigilators and notes.",
        "REPLACE": "Replaces them. Cells that are IN_PROGRESS or COMPLETED keep their exams and are listed.",
    },
)


@strawberry.input(description="Two academic years, and what to copy.")
class RollOverYearInput(RepeatableInput):
    from_year: int = strawberry.field(description="Academic year to copy from.")
    to_year: int = strawberry.field(description="Academic year to copy to. Must be later.")
    class_codes: list[str] | None = strawberry.field(
        default=None,
        description=f"Classes to copy. Defaults to all active classes. Maximum: {settings.MAX_LIST_LENGTH:,}.",
    )
    parts: list[YearPart] = strawberry.field(description="Parts of the plan to copy.")
    dates: DateShift = strawberry.field(
        default=DateShift.SAME_WEEKDAY, description="New dates of the cells."
    )
    on_existing: RollOverExisting = strawberry.field(
        default=RollOverExisting.SKIP,
        description="Treatment of cells and curricula that are in use already.",
    )
    dry_run: bool = strawberry.field(
        default=False,
        description=(
            "True: check everything, save nothing, and return the report and the warnings as they would be. In the cells of the "
            "warnings, an exam represents its future copy."
        ),
    )
    expected_digest: str | None = strawberry.field(
        default=None,
        description=(
            "`digest` of a dry run. If the copy would be another one now, it fails with STALE_VERSION. Omit to copy whatever the "
            "earlier year has now."
        ),
    )


def _identify(result: RollOverResult) -> Any:
    """Return the report, as it is, and the keys of the cells."""
    reports = [[each.part, each.copied, each.skipped, each.reasons] for each in result.reports]
    return {"reports": reports, "cells": BY_ID.identify(result.cells), "digest": result.digest}


async def _load(info: Info, stored: Any) -> RollOverResult | None:
    if not info.context.require_viewer().is_administrator:
        return None
    reports = [PartReport(YearPart(part), *counts) for part, *counts in stored["reports"]]
    cells = await BY_ID.load(info, stored["cells"]) or []
    return RollOverResult(reports, cells, digest=stored["digest"])


_RECALL: Recall[RollOverResult] = Recall(_identify, _load)


@strawberry.type
class RollOverYear:
    @strawberry.mutation(
        graphql_type=RollOverYearPayload | None,
        description=(
            "Copies the plan of an academic year to a later one, or fails as a whole. Repeating it copies what is new and skips "
            "the rest. Use `dryRun` first. "
        )
        + ADMINISTRATORS_ONLY,
    )
    async def roll_over_year(
        self,
        info: Info,
        input: Annotated[
            RollOverYearInput, strawberry.argument(description="Years and parts to copy.")
        ],
    ) -> Result[RollOverResult]:
        viewer = info.context.require_viewer()
        check_list("classCodes", input.class_codes or ())
        check_list("parts", input.parts)
        return await run_or_plan(
            info,
            input,
            lambda: roll_over_year(
                viewer=viewer,
                from_year=input.from_year,
                to_year=input.to_year,
                class_codes=input.class_codes,
                parts=input.parts,
                dates=input.dates,
                on_existing=input.on_existing,
                expected_digest=input.expected_digest,
                dry_run=input.dry_run,
            ),
            lambda result: result.planned,
            _RECALL,
            dry_run=input.dry_run,
        )
