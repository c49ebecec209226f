"""Arguments that several fields share."""

from __future__ import annotations

from typing import Annotated

import strawberry

from primepath.domain.period import Period, PeriodType

AcademicYear = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "Academic year (a calendar year). Defaults to the current one. Years outside "
            "`School.firstAcademicYear`–`lastAcademicYear` are a BAD_USER_INPUT error."
        )
    ),
]
OfPeriodType = Annotated[
    PeriodType | None,
    strawberry.argument(description="Filter by period type. Defaults to both."),
]
OfPeriods = Annotated[
    list[Period] | None,
    strawberry.argument(
        description="Filter by period. Defaults to all. Results are in calendar order without duplicates."
    ),
]
