"""The order in which waiting requests run: fair between callers, whatever their requests cost.

This follows fair queueing (Demers, Keshav and Shenker, 1989). The *fair share* is the work that a caller can have received by
now. While N callers send requests, it grows by 1/N of a second each second, or faster if they need less. A request of a caller
who has received no more is due when it arrives. Otherwise it is due when the fair share has reached what its caller has
received. The request that is due first is next. So a caller with ten times larger requests has a tenth of the turns, and absent
callers save no turns up.

The wait for the fair share is limited. Otherwise a reader of the whole schedule would wait for many seconds, while readers of a few
classes wait for tenths of a second.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Hashable

from primepath.server.admission.recent import Recent

# The weight of the last request in the average cost of a caller's requests.
_WEIGHT = 0.5
_WEIGHT_OF_USUAL = 0.02
_MOST_TIMES = 10
_FIRST_GUESS = 0.01
# A request that takes five times as much as usual costs others more than its time. It creates many objects, and its thread
# computes for long without a pause. Six readers of 15 years used a third of the time, and the others lost 45%.
_LARGE = 5
_LARGE_COSTS = 2
# The longest wait for the fair share: so many seconds, or a multiple of the cost of a request that is very large.
_LONGEST_SECONDS = 1.75
_PATIENCE = 14
# Callers count as present for so long after their last request. With several processes, they send the next one to another.
_PRESENT_SECONDS = 2
_MOST_KNOWN = 10_000


class Turns:
    """The work that each caller has received, in seconds of the whole process. ``now`` is the time in seconds of any clock."""

    def __init__(self) -> None:
        self._fair_share = 0.0
        self._updated_at = 0.0
        # The requests of each caller that run or wait.
        self._requests: Counter[Hashable] = Counter()
        # The callers of the last seconds, with the time of their last request. The oldest is first.
        self._present: OrderedDict[Hashable, float] = OrderedDict()
        self._received: Recent[Hashable, float] = Recent(_MOST_KNOWN)
        self._average: Recent[Hashable, float] = Recent(_MOST_KNOWN)
        # The average of all callers, without what exceeds three times this. New callers are charged this.
        self._usual = _FIRST_GUESS

    def tag(self, caller: Hashable) -> float:
        """Return the work that ``caller`` has received, and at least the fair share."""
        return max(self._fair_share, self._received.get(caller, 0.0))

    def serve(self, tag: float) -> None:
        """Note that a request with this tag runs or waits, and none with a smaller one. So every caller has received this much."""
        self._fair_share = max(self._fair_share, tag)

    def due(self, caller: Hashable, now: float) -> float:
        """Return the time at which a request of ``caller`` is due that arrives now."""
        self._update(now)
        ahead = self.tag(caller) - self._fair_share
        longest = max(_LONGEST_SECONDS, _PATIENCE * self._average.get(caller, self._usual))
        return now + min(ahead * max(1, len(self._present)), longest)

    def charge(self, caller: Hashable) -> float:
        """Charge ``caller`` for a new request, and return the amount: what their requests cost on average."""
        amount = self._average.get(caller, self._usual)
        self._received.set(caller, self.tag(caller) + amount)
        self._requests[caller] += 1
        self._present[caller] = self._updated_at
        self._present.move_to_end(caller)
        return amount

    def settle(self, caller: Hashable, charged: float, cost: float, now: float) -> None:
        """Charge the real cost of a request that has ended instead of ``charged``."""
        self._update(now)
        if cost > _LARGE * self._usual:
            cost *= _LARGE_COSTS
        average = self._average.get(caller, self._usual)
        # One exceptional request, such as the first one after a start, must not delay the next ones of its caller.
        self._average.set(caller, average + _WEIGHT * (min(cost, _MOST_TIMES * average) - average))
        # A few large requests must not make large requests usual.
        self._usual += _WEIGHT_OF_USUAL * (min(cost, 3 * self._usual) - self._usual)
        self.withdraw(caller, charged - cost)

    def withdraw(self, caller: Hashable, refund: float) -> None:
        """Note that a request neither runs nor waits any more."""
        self._received.set(caller, self._received.get(caller, self._fair_share) - refund)
        self._requests[caller] -= 1
        if not self._requests[caller]:
            del self._requests[caller]
        if not self._requests:
            # No other caller had to wait for it.
            self._received.clear()

    def _update(self, now: float) -> None:
        while self._present and next(iter(self._present.values())) < now - _PRESENT_SECONDS:
            self._present.popitem(last=False)
        if self._requests:
            number = max(len(self._present), len(self._requests))
            self._fair_share += (now - self._updated_at) / number
        self._updated_at = now
