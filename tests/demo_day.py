"""The date of the demo in tests. Its responses do not depend on the calendar."""

from __future__ import annotations

import datetime

from django.utils import timezone

DAY = datetime.date(2026, 11, 23)


def use_demo_day() -> None:
    """Set the school's date to this day, for the rest of this process."""
    timezone.localdate = lambda *_: DAY
