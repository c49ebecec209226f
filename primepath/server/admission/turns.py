"""The order in which waiting requests run: fair between callers, whatever their requests cost.

This is start-time fair queueing (Goyal, Vin and Cheng, 1996). The tag of a request is the work that its caller had received when it
arrived, and the smallest tag is next. So a caller with ten times larger requests has a tenth of the turns. Absent callers save
no turns up: a tag is never smaller than the last one that was served.
"""

from __future__ import annotations

from collections.abc import Hashable

from primepath.server.admission.recent import Recent

# The weight of the last request in the average cost of a caller's requests.
_WEIGHT = 0.3
_WEIGHT_OF_USUAL = 0.02
_FIRST_GUESS = 0.01
_MOST_KNOWN = 10_000


class Turns:
    """The work that each caller has received, in seconds of the whole process."""

    def __init__(self) -> None:
        self._served = 0.0
        self._received: Recent[Hashable, float] = Recent(_MOST_KNOWN)
        self._average: Recent[Hashable, float] = Recent(_MOST_KNOWN)
        # The average of all callers. New callers are charged this.
        self._usual = _FIRST_GUESS

    def tag(self, caller: Hashable) -> float:
        """Return the tag that a request of ``caller`` has now."""
        return max(self._served, self._received.get(caller, 0.0))

    def charge(self, caller: Hashable) -> float:
        """Charge ``caller`` for a new request, and return the amount: what their requests cost on average."""
        amount = self._average.get(caller, self._usual)
        self._received.set(caller, self.tag(caller) + amount)
        return amount

    def serve(self, tag: float) -> None:
        """Note that a request with this tag runs now."""
        self._served = max(self._served, tag)

    def settle(self, caller: Hashable, charged: float, cost: float) -> None:
        """Charge the real cost of a request that has ended instead of ``charged``."""
        average = self._average.get(caller, cost)
        self._average.set(caller, average + _WEIGHT * (cost - average))
        self._usual += _WEIGHT_OF_USUAL * (cost - self._usual)
        self.refund(caller, charged - cost)

    def refund(self, caller: Hashable, amount: float) -> None:
        self._received.set(caller, self._received.get(caller, self._served) - amount)
