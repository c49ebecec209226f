"""The size of a response, counted while it is made.

The cost of an operation is estimated before it runs (`schema.limits.cost`), and the school's data can prove the estimate
wrong. So completed values are counted too: object by object if graphql-core completes them, and column by column in
compiled plans, which costs next to nothing.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from primepath.domain.errors import LimitExceededError


class ResponseSize:
    """Number of values of a response so far: each field of each object. Values that are completed in vain count too.

    If the limit is exceeded in a compiled plan, graphql-core continues with the value, as after any error in a plan. Its next
    object raises, so the error has the path at which the response became too large. This costs one object.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.values = 0.0

    def add(self, values: float, *, refuse: bool = True) -> None:
        """Count ``values``. Raises `LimitExceededError` if the response now exceeds the limit, and ``refuse`` is true."""
        self.values += values
        if refuse and self.values > self._limit:
            template = _(
                "The response exceeds the limit of {limit} values. "
                "Request fewer items, periods or fields."
            )
            raise LimitExceededError(template.format(limit=self._limit))
