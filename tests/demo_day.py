"""The day on which the demo of the tests takes place, so that its answers do not depend on the calendar."""

from __future__ import annotations

import datetime

from django.utils import timezone

DAY = datetime.date(2026, 11, 23)


def live_on_the_day() -> None:
    """Make it this day at school, for the rest of this process."""
    timezone.localdate = lambda *_: DAY
