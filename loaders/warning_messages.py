"""Warnings in words. They name only classes that the viewer can see."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loaders.warnings import VisibleWarning
from primepath.domain.clashes import Sitting, Times, WarningCode
from primepath.terms import named, shown_date

_SHOWN_CLASSES = 3


def message_of(seen: VisibleWarning) -> str:
    """Return a sentence about the warning."""
    warning, sittings = seen.warning, seen.warning.sittings
    times, days = _common_times(sittings), _days_apart(sittings)
    template = _template(warning.code, len(sittings), days, times)
    return template.format(
        classes=_classes(seen.visible, seen.hidden),
        cells=len(sittings),
        date=shown_date(warning.date) if warning.date else "",
        times=_shown(times),
        room=next((each.room for each in seen.visible if each.room), ""),
        holiday=warning.holiday.name if warning.holiday else "",
        minutes=max((each.minutes or 0 for each in sittings), default=0),
        days=days,
        period=named(sittings[0].period),
        year=sittings[0].academic_year,
    )


def _template(code: WarningCode, cells: int, days: int, times: Times | None) -> str:
    match code:
        case WarningCode.CLASS_CLASH:
            if times and times.is_estimate:
                return _("{cells} cells overlap on {date}, about {times}: {classes}.")
            return _("{cells} cells overlap on {date}, {times}: {classes}.")
        case WarningCode.CLASS_SAME_DAY:
            return _("{cells} cells are on the same day, {date}: {classes}.")
        case WarningCode.ROOM_CLASH:
            if times and times.is_estimate:
                return _("{cells} exams overlap in {room} on {date}, about {times}: {classes}.")
            return _("{cells} exams overlap in {room} on {date}, {times}: {classes}.")
        case WarningCode.INVIGILATOR_CLASH:
            if times and times.is_estimate:
                return _(
                    "One teacher supervises {cells} exams on {date}, about {times}: {classes}."
                )
            return _("One teacher supervises {cells} exams on {date}, {times}: {classes}.")
        case WarningCode.HOLIDAY:
            return _("{date} is a public holiday ({holiday}): {classes}.")
        case WarningCode.SCHOOL_CLOSED:
            return _("The school is closed on {date} ({holiday}): {classes}.")
        case WarningCode.NO_LESSONS:
            return ngettext(
                "The class has no lessons on {date}: {classes}.",
                "These classes have no lessons on {date}: {classes}.",
                cells,
            )
        case WarningCode.SHORT_GAP:
            return ngettext(
                "{cells} cells are within {days} day from {date}: {classes}.",
                "{cells} cells are within {days} days from {date}: {classes}.",
                days,
            )
        case WarningCode.TIME_TOO_SHORT:
            return _(
                "{classes}: the longest exam on {date} takes {minutes} minutes, but {times} is planned."
            )
        case WarningCode.NO_DATE:
            return _("{classes}: {period} {year} has begun, and its exams have no date.")


def _common_times(sittings: Sequence[Sitting]) -> Times | None:
    """Return when all of the exams take place at the same time. It is an estimate if one of the ends is."""
    known = [times for each in sittings if (times := each.times) is not None]
    if not known:
        return None
    return Times(
        max(each.start for each in known),
        min(each.end for each in known),
        any(each.is_estimate for each in known),
    )


def _shown(times: Times | None) -> str:
    return f"{_clock(times.start)}–{_clock(times.end)}" if times else ""


def _clock(seconds: int) -> str:
    # An estimated end can be after midnight.
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours % 24:02}:{minutes:02}"


def _days_apart(sittings: Sequence[Sitting]) -> int:
    dates = [each.date for each in sittings if each.date is not None]
    return (max(dates) - min(dates)).days if dates else 0


def _classes(visible: Sequence[Sitting], hidden: int) -> str:
    codes = list(dict.fromkeys(each.class_code for each in visible))
    names = ", ".join(codes[:_SHOWN_CLASSES])
    more = len(codes) - _SHOWN_CLASSES if len(codes) > _SHOWN_CLASSES else 0
    if more := more + hidden:
        return _("{names} and {more} more").format(names=names, more=more)
    return names
