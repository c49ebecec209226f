"""The academic years of this school: which it plans, and which it is in."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from primepath.domain.errors import BadUserInputError


def current_academic_year() -> int:
    """The calendar year at the school now, or the planned year that is nearest to it."""
    years = settings.ACADEMIC_YEARS
    return int(min(max(timezone.localdate().year, years.first), years.last))


def planned_year(academic_year: int | None) -> int:
    """The year asked for, the current one for None. Raises `BadUserInputError` for one the school does not plan."""
    if academic_year is None:
        return current_academic_year()
    if academic_year not in settings.ACADEMIC_YEARS:
        raise BadUserInputError(
            f"The school plans the academic years {settings.ACADEMIC_YEARS}, not {academic_year}."
        )
    return academic_year
