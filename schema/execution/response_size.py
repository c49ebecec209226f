"""The size of a response, counted while it is completed.

The size of an operation is estimated before it runs (`schema.limits.cost`), and the school's data can prove the estimate
wrong. So what is completed is counted: object by object where graphql-core completes it, and column by column in compiled
plans, which costs next to nothing.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from primepath.domain.errors import LimitExceededError


class ResponseTooLargeError(LimitExceededError):
    """The response has more values than allowed."""


class ResponseSize:
    """The number of values in a response so far: each field of each object."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.values = 0.0

    def add(self, values: float, *, refuse: bool = True) -> None:
        """Count ``values``. Raises `ResponseTooLargeError` as soon as there are too many, if ``refuse``."""
        self.values += values
        if refuse and self.values > self._limit:
            template = _(
                "The response exceeds the limit of {limit} values. "
                "Request fewer items, periods or fields."
            )
            raise ResponseTooLargeError(template.format(limit=self._limit), limit=self._limit)

    def left(self) -> float:
        """Return how many more values the response can have."""
        return self._limit - self.values

    def attempt(self) -> SizeOfAttempt:
        """Return a count for values that can be discarded."""
        return SizeOfAttempt(self)


class SizeOfAttempt:
    """The values that a compiled plan has completed. They count in the response until they are discarded."""

    def __init__(self, response: ResponseSize) -> None:
        self._response = response
        self._values = 0.0

    def add(self, values: float) -> None:
        """Count ``values``. Raises `ResponseTooLargeError`."""
        self._values += values
        self._response.add(values)

    def discard(self) -> None:
        """Subtract the values: graphql-core completes them again."""
        self._response.values -= self._values
        self._values = 0.0
