"""Facts that limit for how long an answer can be sent again, noted while it is made."""

from __future__ import annotations

import datetime
from contextvars import ContextVar

from django.conf import settings
from django.utils import timezone


class AnswerLife:
    """The time for which an answer can be sent again if the database stays the same.

    ``can_be_kept``: False if the answer must not be sent again.
    ``begin``: the time at which the request began. ``end``: the time at which the answer changes without a write.
    """

    def __init__(self) -> None:
        self.can_be_kept = True
        self.begin = timezone.now()
        self.end = _first_end(self.begin)


_current: ContextVar[AnswerLife | None] = ContextVar("answer_life", default=None)


_never = datetime.datetime.min.replace(tzinfo=datetime.UTC)
# A time of the current day, its end, and the time zone of these.
_day: tuple[datetime.datetime, datetime.datetime, datetime.tzinfo] = _never, _never, datetime.UTC


def begin_life() -> AnswerLife:
    """Begin to note what the answer to the current request depends on."""
    life = AnswerLife()
    _current.set(life)
    return life


def end_answer_at(moment: datetime.datetime) -> None:
    """Note that the answer changes at this time, for example because a token in the request expires."""
    if (life := _current.get()) is not None:
        life.end = min(life.end, moment)


def do_not_keep_answer() -> None:
    """Note that the next equal request must run again, for example because this one stores cells."""
    if (life := _current.get()) is not None:
        life.can_be_kept = False


def _first_end(now: datetime.datetime) -> datetime.datetime:
    """Return the next midnight of the school, when the current year can change; or earlier, so that sync tokens are not old."""
    return min(
        _next_midnight(now, timezone.get_default_timezone()),
        now + datetime.timedelta(days=settings.SYNC_TOKEN_DAYS) / 10,
    )


def _next_midnight(now: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    global _day
    begin, end, of_zone = _day
    if not (begin <= now < end and of_zone is zone):
        today = timezone.localtime(now, zone).date()
        end = datetime.datetime.combine(
            today + datetime.timedelta(days=1), datetime.time(tzinfo=zone)
        )
        # From now on: the day can have begun at a time that the zone has skipped.
        _day = now, end, zone
    return end
