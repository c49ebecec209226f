"""Arguments that several fields share, described once."""

from __future__ import annotations

from typing import Annotated

import strawberry

from primepath.domain.period import Period, PeriodType

AcademicYear = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "The academic year, a calendar year; the current one unless told. "
            "One that the school does not plan is BAD_USER_INPUT."
        )
    ),
]
OfPeriodType = Annotated[
    PeriodType | None,
    strawberry.argument(description="Only months, or only quarters; both unless told."),
]
OfPeriods = Annotated[
    list[Period] | None,
    strawberry.argument(
        description="Only these periods; all unless told. The answer is in calendar order, each once."
    ),
]
