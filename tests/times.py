"""Time of a test run by folder: with ``TIMES=1``, a table of seconds in ``var/test-times-DATABASE.txt``.

Processor seconds include the test's process and the child processes that it waited for. They do not depend on other load
of the machine. Clock seconds do.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

_CPU = "processor seconds"


class Times:
    """Adds up the phases of all tests. With pytest-xdist, the workers measure and the controller adds up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._items: Counter[str] = Counter()
        self._clock: defaultdict[str, float] = defaultdict(float)
        self._cpu: defaultdict[str, float] = defaultdict(float)
        self._begun = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._begun = sum(os.times()[:4])
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Iterator[None]:
        if call.when == "teardown":
            item.user_properties.append((_CPU, sum(os.times()[:4]) - self._begun))
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.partition("::")[0]
        self._clock[file] += report.duration
        if report.when == "teardown":
            self._items[file] += 1
            self._cpu[file] += sum(
                value
                for name, value in report.user_properties
                if name == _CPU and isinstance(value, float)
            )

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        from django.db import connection

        if hasattr(session.config, "workerinput"):
            return
        table = "\n".join(self._lines())
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"test-times-{connection.vendor}.txt").write_text(f"{table}\n")

    def _lines(self) -> Iterator[str]:
        folders: dict[str, list[str]] = {}
        for file in self._items:
            folders.setdefault(str(PurePosixPath(file).parent), []).append(file)
        yield self._line("folder or file", "tests", "clock", "processor")
        yield self._row("all", list(self._items))
        for folder, files in sorted(folders.items(), key=lambda each: -self._sum(each[1])):
            yield ""
            yield self._row(f"{folder}/", files)
            for file in sorted(files, key=lambda each: -self._cpu[each]):
                yield self._row(f"  {PurePosixPath(file).name}", [file])

    def _sum(self, files: list[str]) -> float:
        return sum(self._cpu[file] for file in files)

    def _row(self, name: str, files: list[str]) -> str:
        clock = sum(self._clock[file] for file in files)
        tests = sum(self._items[file] for file in files)
        return self._line(name, str(tests), f"{clock:.1f}", f"{self._sum(files):.1f}")

    @staticmethod
    def _line(name: str, *columns: str) -> str:
        return f"{name:<60}" + "".join(f"{column:>11}" for column in columns)
