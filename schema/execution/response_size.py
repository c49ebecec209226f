"""How much an answer holds, counted while it is made.

What a document may answer with is estimated before it runs (`schema.limits.cost`), and the school's data can prove the
estimate wrong. So what is completed is counted: not value by value, but object by object where graphql-core completes them,
and column by column in compiled plans, which costs next to nothing.
"""

from __future__ import annotations

from primepath.domain.errors import LimitExceededError


class ResponseSize:
    """The values of an answer so far: each field of each object. One that is completed in vain counts too.

    Where a compiled plan is refused, graphql-core goes on with the value, as it does after any error in a plan. It is refused
    its next object, and so says where the answer became too large, at the price of one object.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.values = 0.0

    def add(self, values: float, *, refuse: bool = True) -> None:
        """Raises `LimitExceededError` from the moment on at which the answer has more values than it may."""
        self.values += values
        if refuse and self.values > self._limit:
            raise LimitExceededError(
                f"The answer has more than {self._limit} values, which is the limit. "
                "Ask for fewer items, classes or periods, or for fewer fields of each."
            )
