"""The measurements of clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.trial.load.operations import LOST, SERVED


class Record(NamedTuple):
    """A request that ended at ``at`` (`time.monotonic`) after ``seconds``."""

    at: float
    seconds: float
    kind: str
    outcome: str
    retry_after: float | None


class Measured:
    """The records of a load, which ran from ``start`` to ``end`` (`time.monotonic`)."""

    def __init__(self, records: Sequence[Record], start: float, end: float) -> None:
        self.records = records
        self.start, self.end = start, end

    def only(self, wanted: Callable[[Record], bool]) -> Measured:
        return Measured([each for each in self.records if wanted(each)], self.start, self.end)

    def and_(self, other: Measured) -> Measured:
        """Return these requests and the requests of another load at the same time."""
        return Measured([*self.records, *other.records], self.start, self.end)

    @property
    def count(self) -> int:
        return len(self.records)

    @property
    def served(self) -> Measured:
        return self.only(lambda each: each.outcome == SERVED)

    @property
    def not_served(self) -> Measured:
        return self.only(lambda each: each.outcome != SERVED)

    @property
    def refused(self) -> Measured:
        """The requests that the server answered with 503 before it did any of their work."""
        return self.only(lambda each: each.outcome.startswith("503"))

    @property
    def server_errors(self) -> Measured:
        """Responses with a status of 500 or more, and lost connections."""
        return self.only(lambda each: each.outcome == LOST or each.outcome[0] == "5")

    @property
    def share_served(self) -> float:
        """Share of all requests. Not a number without requests."""
        return self.served.count / self.count if self.count else float("nan")

    @property
    def rate(self) -> float:
        """Served requests per second. Responses after the end do not count."""
        in_time = sum(self.start <= each.at <= self.end for each in self.served.records)
        return in_time / (self.end - self.start) if self.end > self.start else float("nan")

    @property
    def slowest(self) -> float:
        """Longest time in seconds. Not a number if there were no requests."""
        return max((each.seconds for each in self.records), default=float("nan"))

    def percentile(self, share: float) -> float:
        """Time in seconds within which this share of the requests ended."""
        times = sorted(each.seconds for each in self.records)
        return times[min(len(times) - 1, int(share * len(times)))] if times else float("nan")

    def share_of_all(self, all: Measured) -> float:
        """Return how many of ``all`` these are, as a share. All of none is everything."""
        return self.count / all.count if all.count else 1

    def counted(self, *outcomes: str) -> int:
        """Return how many requests had one of these outcomes."""
        return sum(each.outcome in outcomes for each in self.records)

    @property
    def outcomes(self) -> str:
        """All outcomes with their numbers, for the progress output."""
        counts = Counter(each.outcome for each in self.records)
        return ", ".join(f"{outcome} {count}" for outcome, count in counts.most_common())
