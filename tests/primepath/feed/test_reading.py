"""Reading the feed: no change is missed, also of transactions that commit late."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.feed.reading import Changed, changed_since
from primepath.models import HistoryEntry
from primepath.services.cells.update_cell import update_cell
from tests.factories import YEAR, head_teacher, make_class, make_exam


def change(code: str, notes: str) -> None:
    update_cell(
        viewer=head_teacher(), cell=CellKey(code, YEAR, Period.JAN), changes={"notes": notes}
    )


@pytest.mark.django_db
def test_changes_of_cells_name_their_classes() -> None:
    make_class("A")
    start = HistoryEntry.objects.position()
    change("A", "x")
    now, changed = changed_since(start)
    assert changed == Changed(frozenset({("A", YEAR)}), everything=False)
    _, changed = changed_since(now)
    assert not changed.everything


@pytest.mark.django_db
def test_other_changes_concern_everyone() -> None:
    from primepath.services.exams.update_exam import update_exam

    exam = make_exam()
    start = HistoryEntry.objects.position()
    update_exam(viewer=head_teacher(), exam_id=exam.pk, values={"name": "New"})
    assert changed_since(start)[1].everything


@contextmanager
def in_thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(lambda: connection.close()).result()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time.")
def test_transaction_that_commits_late_is_not_missed() -> None:
    make_class("A")
    make_class("B")
    change("A", "first")
    position = HistoryEntry.objects.position()
    found: set[str] = set()
    with in_thread() as pool:
        with transaction.atomic():
            change("A", "late")
            # Another transaction commits in between, with a later entry.
            pool.submit(change, "B", "early").result()
            position, changed = pool.submit(changed_since, position).result()
            found |= {code for code, _year in changed.cells}
        position, changed = pool.submit(changed_since, position).result()
        found |= {code for code, _year in changed.cells}
    assert found == {"A", "B"}
