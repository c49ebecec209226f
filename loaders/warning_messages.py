"""Warnings in words. They name only classes that the viewer can see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from loaders.warnings import VisibleWarning
from primepath.domain.clashes import MINUTE, ScheduleWarning, Sitting, Times, WarningCode
from primepath.terms import named, shown_date_in

_SHOWN_CLASSES = 3


def messages_of(warnings: Iterable[VisibleWarning]) -> list[str]:
    """Return a sentence about each warning, in the current language."""
    language = get_language()
    return [
        _message(each, language) if each.hidden else _message_to_all(each.warning, language)
        for each in warnings
    ]


@lru_cache(maxsize=10_000)
def _message_to_all(warning: ScheduleWarning, language: str | None) -> str:
    """Return the sentence for viewers who see all cells of the warning. Most requests find the same warnings as the last."""
    return _message(VisibleWarning(warning, warning.sittings, 0), language)


def _message(seen: VisibleWarning, language: str | None) -> str:
    """Return the sentence. ``language``: the current one."""
    code, sittings = seen.warning.code, seen.warning.sittings
    is_estimate, number = False, 0
    if code in _OF_TIMES:
        times = _common_times(sittings)
        is_estimate = times is not None and times.is_estimate
    elif code is WarningCode.NO_LESSONS:
        number = len(sittings)
    elif code is WarningCode.SHORT_GAP:
        number = _days_apart(sittings)
    return _template(language, code, number, is_estimate=is_estimate).format_map(
        _Values(seen, language)
    )


class _Values(dict[str, object]):
    """The values of a template. Each is computed when the template has it, because most templates have few."""

    def __init__(self, seen: VisibleWarning, language: str | None) -> None:
        super().__init__()
        self._seen = seen
        self._language = language

    def __missing__(self, name: str) -> object:
        if name == "date":
            date = self._seen.warning.date
            return shown_date_in(self._language, date) if date else ""
        return _VALUES[name](self._seen)


_OF_TIMES = {WarningCode.CLASS_CLASH, WarningCode.ROOM_CLASH, WarningCode.INVIGILATOR_CLASH}
_VALUES: dict[str, Callable[[VisibleWarning], object]] = {
    "classes": lambda seen: _classes(seen.visible, seen.hidden),
    "cells": lambda seen: len(seen.warning.sittings),
    "times": lambda seen: _shown(_common_times(seen.warning.sittings)),
    "room": lambda seen: next((each.room for each in seen.visible if each.room), ""),
    "holiday": lambda seen: seen.warning.holiday.name if seen.warning.holiday else "",
    "minutes": lambda seen: max((each.minutes or 0 for each in seen.warning.sittings), default=0),
    "days": lambda seen: _days_apart(seen.warning.sittings),
    "period": lambda seen: named(seen.warning.sittings[0].period),
    "year": lambda seen: seen.warning.sittings[0].academic_year,
}


@lru_cache(maxsize=1_000)
def _template(language: str | None, code: WarningCode, number: int, *, is_estimate: bool) -> str:
    """Return the template of a message. ``language``: the current one. ``number``: what the plural depends on.

    Looking up a translation takes longer than filling it in, and a matrix shows hundreds of messages.
    """
    match code:
        case WarningCode.CLASS_CLASH:
            if is_estimate:
                return _("{cells} cells overlap on {date}, about {times}: {classes}.")
            return _("{cells} cells overlap on {date}, {times}: {classes}.")
        case WarningCode.CLASS_SAME_DAY:
            return _("{cells} cells are on the same day, {date}: {classes}.")
        case WarningCode.ROOM_CLASH:
            if is_estimate:
                return _("{cells} exams overlap in {room} on {date}, about {times}: {classes}.")
            return _("{cells} exams overlap in {room} on {date}, {times}: {classes}.")
        case WarningCode.INVIGILATOR_CLASH:
            if is_estimate:
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
                number,
            )
        case WarningCode.SHORT_GAP:
            return ngettext(
                "{cells} cells are within {days} day from {date}: {classes}.",
                "{cells} cells are within {days} days from {date}: {classes}.",
                number,
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


def _clock(microseconds: int) -> str:
    # An estimated end can be after midnight.
    hours, minutes = divmod(microseconds // MINUTE, 60)
    return f"{hours % 24:02}:{minutes:02}"


def _days_apart(sittings: Sequence[Sitting]) -> int:
    dates = [each.date for each in sittings if each.date is not None]
    return (max(dates) - min(dates)).days if dates else 0


def _classes(visible: Sequence[Sitting], hidden: int) -> str:
    codes = list(dict.fromkeys([each.class_code for each in visible]))
    names = ", ".join(codes[:_SHOWN_CLASSES])
    more = len(codes) - _SHOWN_CLASSES if len(codes) > _SHOWN_CLASSES else 0
    if more := more + hidden:
        return _("{names} and {more} more").format(names=names, more=more)
    return names
