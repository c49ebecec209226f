"""The academic years that this school plans, and the current one."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import BadUserInputError


def current_academic_year() -> int:
    """Return the calendar year at the school now, or the planned year nearest to it."""
    years = settings.ACADEMIC_YEARS
    return int(min(max(timezone.localdate().year, years.first), years.last))


def planned_year(academic_year: int | None) -> int:
    """Return ``academic_year``, or the current one if it is None.

    Raises `BadUserInputError` if the school does not plan this year.
    """
    if academic_year is None:
        return current_academic_year()
    if academic_year not in settings.ACADEMIC_YEARS:
        raise BadUserInputError(year_out_of_range(academic_year))
    return academic_year


def year_out_of_range(academic_year: int) -> str:
    """Return the message for a year that the school does not plan."""
    years = settings.ACADEMIC_YEARS
    template = _("Academic year must be between {first} and {last}, not {year}.")
    return template.format(first=years.first, last=years.last, year=academic_year)
