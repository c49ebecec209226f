"""The page about sizing shows figures of the benchmark."""

from __future__ import annotations

import re

import pytest

from tests.pages import PRODUCTION, ROOT

pytestmark = pytest.mark.one_database

PAGE = (PRODUCTION / "sizing.md").read_text()
RESULTS = (ROOT / "benchmarks" / "RESULTS.md").read_text()
# In the results, each is there once for PostgreSQL and then once for SQLite.
MEASURED = {
    "full matrix of 60 classes with exams": r"60 classes with exams, 327 kB +\| +ours \| +([\d.]+)",
    "five classes with exams, 64 clients": r"64 clients, ours +\| +(\d+)",
    "memory of a process after the first full matrix": r"Memory of the server: (\d+) MB",
    "memory of a process with 16 clients that request full matrices": r"matrix, (\d+) MB while",
}


@pytest.mark.parametrize("row", MEASURED)
def test_figures_are_close_to_the_last_benchmark(row: str) -> None:
    (shown,) = re.findall(rf"^\| {row} \| (\d+) \S+ \| (\d+) \S+ \|$", PAGE, re.MULTILINE)
    measured = re.findall(MEASURED[row], RESULTS)
    assert len(measured) == 2
    for figure, value in zip(shown, measured, strict=True):
        assert float(value) / 1.5 < float(figure) < float(value) * 1.5
