"""How much an answer holds, counted while it is made.

What a document may answer with is estimated before it runs (`schema.limits.answers`), and the school's data can prove the
estimate wrong. So what is completed is counted: not value by value, but object by object where graphql-core completes them,
and column by column in compiled plans, which costs next to nothing.
"""

from __future__ import annotations

from primepath.domain.errors import LimitExceededError


class AnswerTooLargeError(LimitExceededError):
    """The answer holds more values than one may."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The answer has more than {limit} values, which is the limit. "
            "Ask for fewer items, classes or periods, or for fewer fields of each."
        )


class Count:
    """The values of an answer so far: each field of each object. One that is completed in vain counts too."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.values = 0.0

    def add(self, values: float) -> None:
        """Raises `AnswerTooLargeError` from the moment on at which the answer has more values than it may."""
        self.values += values
        if self.values > self._limit:
            raise AnswerTooLargeError(self._limit)
