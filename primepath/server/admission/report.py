"""The log of refusals: one line a second. A line for each would cost more than the refusal itself."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from primepath.server.admission.kinds import Kind, Reason

_SECONDS = 1.0

logger = logging.getLogger("primepath.admission")


class RefusalReport:
    """Counts refusals, and logs the counts of each second in which there were some."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Reason, Kind]] = Counter()

    def add(self, reason: Reason, kind: Kind) -> None:
        if not self._counts:
            asyncio.get_running_loop().call_later(_SECONDS, self._write)
        self._counts[reason, kind] += 1

    def _write(self) -> None:
        counts = [f"{reason}/{kind}={n}" for (reason, kind), n in self._counts.items()]
        logger.warning("Refused %d requests: %s", self._counts.total(), " ".join(counts))
        self._counts.clear()
