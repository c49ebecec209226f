"""The number of rounds and the seconds that a run measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """``rounds`` multiplies the rounds of a case, ``seconds`` limits its time.

    A throughput is the median of ``slots`` measurements of ``slot_seconds``.
    """

    rounds: float
    seconds: float
    slots: int
    slot_seconds: float
    memory_seconds: float


FULL = Budget(rounds=1, seconds=45, slots=6, slot_seconds=2, memory_seconds=6)
QUICK = Budget(rounds=0.2, seconds=8, slots=3, slot_seconds=1, memory_seconds=2)
