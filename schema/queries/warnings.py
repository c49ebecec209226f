"""Queries of warnings and holidays."""

from __future__ import annotations

import datetime
from typing import Annotated

import strawberry
from django.conf import settings
from django.utils.translation import gettext as _

from loaders.sittings import SITTING_COLUMNS
from loaders.warnings import ScheduleRange, VisibleWarning
from primepath.domain.errors import BadUserInputError, LimitExceededError
from primepath.school import planned_year
from schema.context import Info
from schema.limits import check_list
from schema.metadata import columns, list_size
from schema.types.arguments import AcademicYear
from schema.types.schedule_warning import Holiday, ScheduleWarning

MAX_DAYS = 800


@strawberry.type
class WarningQuery:
    @strawberry.field(
        graphql_type=list[ScheduleWarning] | None,
        description=(
            "Warnings about cells that you can see, by date, then code. Warnings about cells without a date are last, "
            "and left out if you filter by date."
        ),
        metadata=list_size(30) | columns(*SITTING_COLUMNS),
    )
    async def schedule_warnings(
        self,
        info: Info,
        academic_year: AcademicYear = None,
        class_codes: Annotated[
            list[str] | None,
            strawberry.argument(
                description=(
                    "Codes of classes, at least one of which a warning is about. Defaults to all classes you can see. "
                    f"Maximum: {settings.MAX_LIST_LENGTH:,}."
                )
            ),
        ] = None,
        from_: Annotated[
            datetime.date | None,
            strawberry.argument(
                name="from", description="First date. Defaults to the start of the year."
            ),
        ] = None,
        to: Annotated[
            datetime.date | None,
            strawberry.argument(description="Last date. Defaults to the end of the year."),
        ] = None,
    ) -> list[VisibleWarning]:
        info.context.require_viewer()
        year = planned_year(academic_year)
        check_list("classCodes", class_codes or ())
        classes = await info.context.loaders.classes.all_of(class_codes)
        start, end = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
        is_whole_year = from_ is None and to is None
        wanted = ScheduleRange(
            class_codes=frozenset(each.code for each in classes),
            first=max(start, from_ or start),
            last=min(end, to or end),
            undated_years=frozenset({year} if is_whole_year else ()),
        )
        return await info.context.loaders.warnings_in(wanted)

    @strawberry.field(
        graphql_type=list[Holiday] | None,
        description=(
            "Public holidays of the school's country, with substitute holidays, and days on which the school is closed, "
            "by date."
        ),
        metadata=list_size(30),
    )
    async def holidays(
        self,
        info: Info,
        from_: Annotated[
            datetime.date, strawberry.argument(name="from", description="First date.")
        ],
        to: Annotated[
            datetime.date,
            strawberry.argument(
                description=f"Last date, at most {MAX_DAYS} days from the first one, both included."
            ),
        ],
    ) -> list[object]:
        info.context.require_viewer()
        days = (to - from_).days + 1
        if days < 1:
            raise BadUserInputError(_("`to` must not be before `from`."))
        if days > MAX_DAYS:
            template = _("The range has {days} days, which exceeds the limit of {limit}.")
            raise LimitExceededError(
                template.format(days=days, limit=MAX_DAYS), limit=MAX_DAYS, actual=days
            )
        return list(await info.context.loaders.holidays(from_, to))
