"""History entries cannot be changed or deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import ProtectedError

from primepath.models import HistoryEntry
from primepath.models.history_entry import HistoryIsAppendOnlyError
from tests.factories import as_viewer, make_class, make_teacher
from tests.schema.mutations.database import stored_rows
from tests.schema.mutations.documents import at, result_of

pytestmark = pytest.mark.django_db

ALL = HistoryEntry.objects.all


def _entry() -> HistoryEntry:
    entry = HistoryEntry.objects.get()
    entry.actor_name = "Somebody else"
    return entry


REWRITING: dict[str, Callable[[], Any]] = {
    "save": lambda: _entry().save(),
    "save of a field": lambda: _entry().save(update_fields=["actor_name"]),
    "update": lambda: ALL().update(actor_name="Somebody else"),
    "update of one": lambda: HistoryEntry.objects.filter(pk=_entry().pk).update(action="x"),
    "bulk update": lambda: HistoryEntry.objects.bulk_update([_entry()], ["actor_name"]),
    "update or create": lambda: HistoryEntry.objects.update_or_create(
        pk=_entry().pk, defaults={"actor_name": "Somebody else"}
    ),
    "bulk create over what is there": lambda: HistoryEntry.objects.bulk_create(
        [_entry()], update_conflicts=True, unique_fields=["id"], update_fields=["actor_name"]
    ),
    "delete": lambda: _entry().delete(),
    "delete of all": lambda: ALL().delete(),
}


@pytest.mark.parametrize("way", REWRITING)
def test_entry_cannot_be_changed_or_deleted(way: str) -> None:
    make_class("A")
    result_of("updateCell", as_viewer(make_teacher(head=True)), cell=at("A"), notes="x")
    before = stored_rows()
    with pytest.raises(HistoryIsAppendOnlyError), transaction.atomic():
        REWRITING[way]()
    assert stored_rows() == before


def test_people_in_the_history_cannot_be_deleted() -> None:
    make_class("A")
    teacher = make_teacher(head=True)
    result_of("updateCell", as_viewer(teacher), cell=at("A"), notes="x")
    for row in (teacher, teacher.user):
        with pytest.raises(ProtectedError):
            row.delete()
