"""The share of reads that the server answered from its cache of answers, by its own metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.request import urlopen

from benchmarks.trial.servers.product import Product
from benchmarks.trial.verdicts import FOR_CONTRAST, Figure, Unit
from scripts.server import HOST

_RESULT = re.compile(r'^primepath_answers_total\{result="(\w+)"\} (\S+)$', re.MULTILINE)
# A request that waited for an equal one counts again afterwards.
_FINAL = ("hit", "miss", "changed")


class KeptAnswers:
    """Counts from its creation on. All processes of ``product`` together."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._before = self._read()

    def figure(self) -> Figure:
        """Return the share of reads since then that were answered from the cache."""
        share = share_kept(self._before, self._read())
        return Figure("reads answered from the cache", share, Unit.SHARE, FOR_CONTRAST)

    def _read(self) -> Mapping[str, float]:
        with urlopen(f"http://{HOST}:{self._product.port}/metrics", timeout=20) as response:
            return read_results(response.read().decode())


def read_results(metrics: str) -> Mapping[str, float]:
    """Return the number of reads by result."""
    return {result: float(number) for result, number in _RESULT.findall(metrics)}


def share_kept(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Return the share of hits between two readings. Not a number without reads."""
    counts = {each: after.get(each, 0) - before.get(each, 0) for each in _FINAL}
    all_reads = sum(counts.values())
    return counts["hit"] / all_reads if all_reads else float("nan")
