"""Warnings of random schedules, compared with a slow definition: every set of cells is tried."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from primepath.domain.calendar_days import Holiday, HolidayKind
from primepath.domain.cell import CellStatus
from primepath.domain.clashes import (
    Day,
    ScheduleWarning,
    Sitting,
    WarningCode,
    find_warnings,
    late_warning,
)
from primepath.domain.period import Period
from primepath.domain.weekday import WEEKDAYS, Weekday

MONDAY = datetime.date(2026, 3, 9)
TODAY = datetime.date(2026, 3, 10)
Found = set[tuple[WarningCode, datetime.date | None, frozenset[str]]]

_times = st.none() | st.builds(
    datetime.time,
    st.integers(9, 11),
    st.sampled_from([0, 1, 30, 59]),
    st.sampled_from([0, 0, 59]),
    st.sampled_from([0, 0, 1, 999_999]),
)


@st.composite
def sittings(draw: st.DrawFn) -> list[Sitting]:
    cells = draw(
        st.lists(
            st.tuples(st.sampled_from("ABC"), st.sampled_from([Period.MAR, Period.Q1, Period.JAN])),
            unique=True,
            max_size=9,
        )
    )
    return [draw(_sitting(*cell)) for cell in cells]


@st.composite
def _sitting(draw: st.DrawFn, code: str, period: Period) -> Sitting:
    start = draw(_times)
    end = draw(_times) if start is not None else None
    return Sitting(
        id=f"{code}/2026/{period}",
        class_code=code,
        academic_year=2026,
        period=period,
        status=draw(st.sampled_from(CellStatus)),
        date=draw(
            st.none() | st.sampled_from([0, 1, 5]).map(lambda day: MONDAY + datetime.timedelta(day))
        ),
        start=start,
        end=end if end is not None and start is not None and end > start else None,
        minutes=draw(st.none() | st.sampled_from([1, 29, 30, 60, 61])),
        room=draw(st.sampled_from(["", " ", "Room 3", "room  3", "ROOM 3 ", "Room 4"])),
        invigilator_id=draw(st.none() | st.integers(1, 2)),
        lesson_days=draw(st.sampled_from([(), (Weekday.SAT, Weekday.SUN)])),
    )


def _since_midnight(time: datetime.time) -> datetime.timedelta:
    return datetime.datetime.combine(MONDAY, time) - datetime.datetime.combine(
        MONDAY, datetime.time()
    )


def _span(sitting: Sitting) -> tuple[datetime.timedelta, datetime.timedelta] | None:
    """Return when the exams begin and end. None if it is not known how long they take."""
    if sitting.start is None:
        return None
    begin = _since_midnight(sitting.start)
    if sitting.end is not None:
        return begin, _since_midnight(sitting.end)
    if sitting.minutes is None:
        return None
    return begin, begin + datetime.timedelta(minutes=sitting.minutes)


def _overlap(cells: Iterable[Sitting]) -> bool:
    """Return whether there is a moment at which all of the cells have exams."""
    spans = [_span(each) for each in cells]
    known = [each for each in spans if each is not None]
    return len(known) == len(spans) and max(begin for begin, _ in known) < min(
        end for _, end in known
    )


def _subsets(cells: list[Sitting]) -> Iterator[frozenset[Sitting]]:
    for size in range(2, len(cells) + 1):
        yield from map(frozenset, combinations(cells, size))


def _largest(sets: list[frozenset[Sitting]]) -> list[frozenset[Sitting]]:
    return [each for each in sets if not any(each < other for other in sets)]


def _at_the_same_time(cells: list[Sitting]) -> list[frozenset[Sitting]]:
    return _largest([each for each in _subsets(cells) if _overlap(each)])


def _room(sitting: Sitting) -> str:
    return " ".join(sitting.room.lower().split())


def find(
    cells: Iterable[Sitting],
    gap: int,
    lesson_days: tuple[Weekday, ...],
    holidays: dict[datetime.date, Holiday],
) -> list[ScheduleWarning]:
    """Return the warnings that the product finds."""
    used = [each for each in cells if each.status != "EMPTY"]
    dates = dict.fromkeys(each.date for each in used if each.date is not None)
    days = [
        Day.of(date, [each for each in used if each.date == date], lesson_days, holidays.get(date))
        for date in dates
    ]
    undated = [late_warning(each, TODAY) for each in used if each.date is None]
    return find_warnings(days, filter(None, undated), gap)


def _facts(warning: ScheduleWarning) -> tuple[WarningCode, datetime.date | None, frozenset[str]]:
    return warning.code, warning.date, frozenset(each.id for each in warning.sittings)


def define(
    cells: list[Sitting],
    gap: int,
    lesson_days: tuple[Weekday, ...],
    holidays: dict[datetime.date, Holiday],
) -> Found:
    found: Found = set()

    def warn(code: WarningCode, date: datetime.date | None, group: frozenset[Sitting]) -> None:
        if group:
            found.add((code, date, frozenset(each.id for each in group)))

    used = [each for each in cells if each.status != "EMPTY"]
    dates = {each.date for each in used if each.date}
    for date in dates:
        today = [each for each in used if each.date == date]
        for code, key in (
            (WarningCode.CLASS_CLASH, lambda each: each.class_code),
            (WarningCode.ROOM_CLASH, _room),
            (WarningCode.INVIGILATOR_CLASH, lambda each: each.invigilator_id),
        ):
            for value in {key(each) for each in today} - {"", None}:
                for group in _at_the_same_time([each for each in today if key(each) == value]):
                    warn(code, date, group)
        for class_code in "ABC":
            own = [each for each in today if each.class_code == class_code]
            apart = frozenset(
                one
                for one in own
                for other in own
                if one is not other and not _overlap([one, other])
            )
            warn(WarningCode.CLASS_SAME_DAY, date, apart)
        ahead = frozenset(each for each in today if each.status != "COMPLETED")
        if date in holidays and not holidays[date].is_open:
            is_public = holidays[date].kind == "PUBLIC"
            code = WarningCode.HOLIDAY if is_public else WarningCode.SCHOOL_CLOSED
            warn(code, date, ahead)
        day = WEEKDAYS[date.weekday()]
        without = (each for each in ahead if day not in (each.lesson_days or lesson_days))
        warn(WarningCode.NO_LESSONS, date, frozenset(without))
        for each in today:
            span = _span(each)
            if (
                each.end
                and each.minutes
                and span is not None
                and datetime.timedelta(minutes=each.minutes) > span[1] - span[0]
            ):
                warn(WarningCode.TIME_TOO_SHORT, date, frozenset([each]))
    for class_code in "ABC":
        own = [each for each in used if each.class_code == class_code and each.date]
        close = [
            group
            for group in _subsets(own)
            if all(
                abs((one.date - other.date).days) < gap  # type: ignore[operator]
                for one, other in combinations(group, 2)
            )
        ]
        for group in _largest(close):
            if len({each.date for each in group}) > 1:
                warn(WarningCode.SHORT_GAP, min(each.date for each in group if each.date), group)
    for each in used:
        begins = each.period.dates(each.academic_year)[0]
        if each.status == "SCHEDULED" and each.date is None and begins <= TODAY:
            warn(WarningCode.NO_DATE, None, frozenset([each]))
    return found


@given(
    sittings(),
    st.integers(0, 7),
    st.dictionaries(
        st.integers(0, 6).map(lambda day: MONDAY + datetime.timedelta(day)),
        st.builds(
            Holiday, st.just(MONDAY), st.just("Day"), st.sampled_from(HolidayKind), st.booleans()
        ),
    ),
    st.sampled_from([WEEKDAYS[:5], WEEKDAYS, (Weekday.SAT,)]),
)
def test_warnings_are_as_defined(
    cells: list[Sitting],
    gap: int,
    holidays: dict[datetime.date, Holiday],
    lesson_days: tuple[Weekday, ...],
) -> None:
    found = find(cells, gap, lesson_days, holidays)
    as_sets = list(map(_facts, found))
    assert len(set(as_sets)) == len(as_sets)
    assert set(as_sets) == define(cells, gap, lesson_days, holidays)
    assert found == sorted(found, key=lambda each: each.order)
    assert list(map(_facts, find(reversed(cells), gap, lesson_days, holidays))) == as_sets
    for warning in found:
        has_holiday = warning.code in {WarningCode.HOLIDAY, WarningCode.SCHOOL_CLOSED}
        assert (warning.holiday is not None) is has_holiday


@given(sittings(), st.integers(0, 7))
def test_part_of_the_schedule_is_enough_for_a_cell(cells: list[Sitting], gap: int) -> None:
    """All warnings about a cell follow from the cells on its date and the class's own cells."""
    everything = find(cells, gap, WEEKDAYS[:5], {})
    for cell in cells:
        part = [
            each
            for each in cells
            if each is cell or each.date == cell.date or each.class_code == cell.class_code
        ]
        about = [
            _facts(each) for each in find(part, gap, WEEKDAYS[:5], {}) if cell in each.sittings
        ]
        assert about == [_facts(each) for each in everything if cell in each.sittings]
