"""The time that one operation can take."""

from __future__ import annotations

import math
import time

from django.conf import settings
from django.utils.translation import gettext as _

from primepath.domain.errors import TimeLimitExceededError


class TimeLimit:
    """The time limit of an operation that began at ``started``, as `time.monotonic` counts.

    An operation has `settings.OPERATION_SECONDS`. After a mutation was saved, its payload can be read for
    `settings.PAYLOAD_SECONDS` from then on, even if that is longer. No mutation begins after the time of the operation,
    so several mutations do not add up.
    """

    def __init__(self, started: float = math.inf) -> None:
        self._seconds = settings.OPERATION_SECONDS
        self._end = self._payload_end = started + self._seconds

    def check(self) -> None:
        """Raise `TimeLimitExceededError` if nothing can be read any more."""
        self._check(self._payload_end)

    def check_before_write(self) -> None:
        """Raise `TimeLimitExceededError` if no mutation can begin any more."""
        self._check(self._end)

    def allow_for_payload(self) -> None:
        """Note that a mutation has just been saved."""
        self._payload_end = max(self._end, time.monotonic() + settings.PAYLOAD_SECONDS)

    def _check(self, end: float) -> None:
        if time.monotonic() > end:
            template = _(
                "The operation exceeded its {seconds}-second limit. Mutations completed before that are saved. "
                "Request less data at a time."
            )
            raise TimeLimitExceededError(
                template.format(seconds=f"{self._seconds:g}"), limit=self._seconds
            )
