"""The school's own data: its rules, and the rooms in use."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count

from loaders.dispatch import Dispatcher, Stage
from loaders.generic import BatchLoader
from loaders.loader_group import LoaderGroup
from primepath.db.statement import Statement
from primepath.domain.calendar_days import Holiday
from primepath.domain.room import fold_room
from primepath.domain.text import natural_key
from primepath.domain.weekday import Weekday, split_days
from primepath.models import ExamScheduleMatrix, SchoolClass, SchoolDay, SchoolRules
from primepath.school_days import holidays_on

_rules = Statement(
    lambda: SchoolRules.objects.values_list("lesson_days", "minimum_days_between_exams")
)


_days = Statement(
    lambda first, last: SchoolDay.objects.filter(date__gte=first, date__lte=last).values_list(
        "date", "kind", "is_open", "name"
    )
)


class SchoolRulesData(NamedTuple):
    """The rules that the schedule is checked against."""

    lesson_days: tuple[Weekday, ...]
    minimum_days_between_exams: int

    @classmethod
    def read(cls) -> SchoolRulesData:
        """Return the stored rules, or the defaults before the first change."""
        defaults = SchoolRules()
        stored = (defaults.lesson_days, defaults.minimum_days_between_exams)
        days, gap = next(iter(_rules()), stored)
        return cls(split_days(days), gap)


class SchoolRulesLoader:
    """The rules of the school, in at most one SELECT. Everyone can read them, so it needs no viewer."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._loader = BatchLoader[str, SchoolRulesData](
            dispatcher, Stage.DETAIL, lambda keys: [SchoolRulesData.read() for _ in keys]
        )

    async def load(self) -> SchoolRulesData:
        return await self._loader.load("rules")


class SchoolLoaders(LoaderGroup):
    """The school, for a viewer."""

    def holidays(self, first: datetime.date, last: datetime.date) -> asyncio.Future[list[Holiday]]:
        """Return the future holidays from ``first`` to ``last``, by date."""

        def read() -> list[Holiday]:
            decided = {
                date: (kind, is_open, name) for date, kind, is_open, name in _days(first, last)
            }
            days = range((last - first).days + 1)
            dates = [first + datetime.timedelta(day) for day in days]
            found = holidays_on(dates, decided)
            return [found[date] for date in dates if date in found]

        return self._dispatcher.call(read, Stage.DETAIL)

    async def rooms(self) -> list[str]:
        """Return the rooms of the cells that the viewer can see, in natural order. Of several spellings, the most frequent."""
        return await self._dispatcher.call(self._rooms, Stage.DETAIL)

    def _rooms(self) -> list[str]:
        visible = SchoolClass.objects.visible_to(self._viewer).values("pk")
        used = ExamScheduleMatrix.objects.filter(school_class__in=visible).exclude(room="")
        counted = used.order_by().values_list("room").annotate(cells=Count("pk"))
        return _one_spelling(counted)


def _one_spelling(counted: Iterable[tuple[str, int]]) -> list[str]:
    found: dict[str, str] = {}
    for room, _ in sorted(counted, key=lambda each: (-each[1], each[0])):
        found.setdefault(fold_room(room), room)
    return [found[key] for key in sorted(found, key=lambda key: (natural_key(key), key))]
