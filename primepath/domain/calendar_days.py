"""Holidays: days on which the law or the school cancels lessons."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import NamedTuple


class HolidayKind(StrEnum):
    """Reason of a holiday: the law, or the school itself."""

    PUBLIC = "PUBLIC"
    SCHOOL = "SCHOOL"


class Holiday(NamedTuple):
    """A holiday. ``is_open``: the school teaches on this public holiday."""

    date: datetime.date
    name: str
    kind: HolidayKind
    is_open: bool = False
