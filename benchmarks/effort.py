"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """``seconds`` is the most a case may take; ``slots`` of ``slot_seconds`` make one figure of throughput."""

    rounds: float
    seconds: float
    slots: int
    slot_seconds: float
    memory_seconds: float


FULL = Effort(rounds=1, seconds=45, slots=6, slot_seconds=2, memory_seconds=6)
QUICK = Effort(rounds=0.2, seconds=8, slots=3, slot_seconds=1, memory_seconds=2)
