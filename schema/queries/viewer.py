"""Queries of the school and the viewer, the only ones that do not require sign-in."""

from __future__ import annotations

import strawberry
from django.conf import settings

from primepath.domain.viewer import Viewer as SignedInViewer
from primepath.school import current_academic_year
from schema.context import Info
from schema.types.viewer import School, Viewer


@strawberry.type
class ViewerQuery:
    @strawberry.field(
        graphql_type=School | None,
        description="The school, its academic years and its rules. No sign-in required.",
    )
    def school(self) -> School:
        years = settings.ACADEMIC_YEARS
        return School(
            name=settings.SCHOOL_NAME,
            time_zone=settings.TIME_ZONE,
            current_academic_year=current_academic_year(),
            first_academic_year=years.first,
            last_academic_year=years.last,
            country=settings.SCHOOL_COUNTRY,
            languages=[code for code, _name in settings.LANGUAGES],
        )

    @strawberry.field(
        graphql_type=Viewer | None, description="The signed-in user. Null if you are not signed in."
    )
    def viewer(self, info: Info) -> SignedInViewer | None:
        return info.context.viewer
