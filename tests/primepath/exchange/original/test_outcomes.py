"""Every generation of the original's database is imported, and imported again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from primepath.exchange.upstream.import_database import ImportOptions, import_database
from primepath.exchange.upstream.outcomes import Outcome, Report
from tests.primepath.exchange.original.make_original import make
from tests.primepath.exchange.original.schema import STEPS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def run(path: Path, **options: Any) -> tuple[Report, list[dict[str, Any]]]:
    report_path = path.with_suffix(".report.jsonl")
    report = import_database(
        path, ImportOptions(report_path=report_path, **options), lambda _: None
    )
    lines = [json.loads(line) for line in report_path.read_text(encoding="utf-8").splitlines()]
    return report, lines


def by_row(lines: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(line["table"], str(line["id"])): line for line in lines}


@pytest.mark.parametrize("is_clean", [True, False], ids=["clean", "awkward"])
@pytest.mark.parametrize("step", STEPS)
def test_each_row_has_the_expected_outcome(step: str, is_clean: bool, tmp_path: Path) -> None:
    path = tmp_path / "original.sqlite3"
    expected = make(STEPS[step], path, clean=is_clean).expected
    _report, lines = run(path)
    found = by_row(lines)
    wrong = []
    for row in expected:
        line = found.pop((row["table"], str(row["id"])))
        if line["outcome"] != row["outcome"] or set(row["reasons"]) - set(line["reasons"]):
            wrong.append((row, line))
    assert not wrong
    assert not found


@pytest.mark.parametrize("step", STEPS)
def test_second_import_changes_nothing(step: str, tmp_path: Path) -> None:
    path = tmp_path / "original.sqlite3"
    make(STEPS[step], path)
    first, _ = run(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        second, lines = run(path)
    assert {line["outcome"] for line in lines} <= {"UNCHANGED", "NOT_CARRIED", "REJECTED"}
    for outcome in (Outcome.NOT_CARRIED, Outcome.REJECTED):
        assert first.total(outcome) == second.total(outcome)
    assert all(
        query["sql"].lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE"))
        for query in queries
    )
