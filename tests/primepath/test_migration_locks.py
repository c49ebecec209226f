"""`scripts.migration_locks` finds what stops a running server, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from scripts.migration_locks import _ACCEPTED, APP, check, long_locks
from tests.processes import ROOT

pytestmark = pytest.mark.one_database


class OwnIndex(migrations.AddIndex):
    """Like a subclass that builds the index concurrently."""


CHECK = models.CheckConstraint(condition=models.Q(size__gt=0), name="is_positive")
INDEX = models.Index(fields=["size"], name="by_size")
LOCKING: dict[str, Any] = {
    "index": migrations.AddIndex("Room", INDEX),
    "constraint": migrations.AddConstraint("Room", CHECK),
    "not null": migrations.AddField("Room", "floor", models.IntegerField(default=1)),
    "unique": migrations.AddField(
        "Room", "code", models.CharField(max_length=9, null=True, unique=True)
    ),
    "computed": migrations.AddField("Room", "at", models.DateTimeField(db_default=Now())),
    "foreign key": migrations.AddField(
        "Room", "next", models.ForeignKey("self", models.CASCADE, null=True)
    ),
    "type": migrations.AlterField("Room", "size", models.BigIntegerField(null=True)),
    "narrower": migrations.AlterField("Room", "name", models.CharField(max_length=5)),
    "set not null": migrations.AlterField("Room", "size", models.IntegerField()),
    "index of a column": migrations.AlterField(
        "Room", "name", models.CharField(max_length=20, db_index=True)
    ),
    "column": migrations.AlterField(
        "Room", "name", models.CharField(max_length=20, db_column="title")
    ),
    "rename": migrations.RenameField("Room", "name", "title"),
    "rename table": migrations.RenameModel("Room", "Hall"),
    "table name": migrations.AlterModelTable("Room", "hall"),
    "remove": migrations.RemoveField("Room", "size"),
    "drop": migrations.DeleteModel("Room"),
    "python": migrations.RunPython(migrations.RunPython.noop),
    "sql": migrations.RunSQL("SELECT 1"),
    "unique together": migrations.AlterUniqueTogether("Room", {("name", "size")}),
    "own operation": OwnIndex("Room", INDEX),
    "apart": migrations.SeparateDatabaseAndState(
        database_operations=[migrations.AddIndex("Room", INDEX)]
    ),
}
HARMLESS: dict[str, Any] = {
    "nullable": migrations.AddField("Room", "floor", models.IntegerField(null=True)),
    "default": migrations.AddField("Room", "floor", models.IntegerField(db_default=1)),
    "wider": migrations.AlterField("Room", "name", models.CharField(max_length=30)),
    "text": migrations.AlterField("Room", "name", models.TextField()),
    "choices": migrations.AlterField(
        "Room", "name", models.CharField(max_length=20, choices=[("a", "b")])
    ),
    "options": migrations.AlterModelOptions("Room", {"ordering": ["name"]}),
    "remove index": migrations.RemoveIndex("Room", "by_name"),
    "not valid": AddConstraintNotValid("Room", CHECK),
    "state": migrations.SeparateDatabaseAndState(
        state_operations=[migrations.AddIndex("Room", INDEX)]
    ),
}
IN_PIECES: dict[str, Any] = {
    "concurrently": AddIndexConcurrently("Room", INDEX),
    "batches": migrations.RunPython(migrations.RunPython.noop),
    "own operation": OwnIndex("Room", INDEX),
}


def rooms() -> ProjectState:
    state = ProjectState()
    room = migrations.CreateModel(
        "Room",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=20)),
            ("size", models.IntegerField(null=True)),
        ],
        {"indexes": [models.Index(fields=["name"], name="by_name")]},
    )
    room.state_forwards(APP, state)
    return state


def found(*steps: Any, atomic: bool = True, before: ProjectState | None = None) -> list[str]:
    migration: Any = migrations.Migration("0001", APP)
    migration.operations, migration.atomic = list(steps), atomic
    return list(long_locks(migration, before or rooms()))


@pytest.mark.parametrize("name", LOCKING)
def test_operation_that_stops_a_server_is_found(name: str) -> None:
    (problem,) = found(LOCKING[name]) or [""] if name != "foreign key" else found(LOCKING[name])[:1]
    assert problem.endswith(".")


@pytest.mark.parametrize("name", HARMLESS)
def test_operation_with_short_locks_is_accepted(name: str) -> None:
    assert found(HARMLESS[name]) == []


@pytest.mark.parametrize("name", IN_PIECES)
def test_work_in_pieces_is_accepted(name: str) -> None:
    assert found(IN_PIECES[name], atomic=False) == []


def test_new_table_can_have_everything() -> None:
    create = migrations.CreateModel("Desk", [("id", models.BigAutoField(primary_key=True))])
    field = migrations.AddField("Desk", "size", models.IntegerField(unique=True, default=1))
    assert found(create, field, before=ProjectState()) == []


@pytest.mark.slow
def test_migrations_of_the_product_keep_to_the_policy() -> None:
    assert list(check(MigrationLoader(None, ignore_no_migrations=True))) == []


def test_changelog_asks_to_stop_the_server() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    requests = [line for line in changelog.splitlines() if "Stop the server before" in line]
    accepting = {
        file.name[:4]
        for file in (ROOT / "primepath/migrations").glob("0*.py")
        if _ACCEPTED.search(file.read_text())
    }
    # The first release contains these two, so no database needs them in an upgrade.
    assert accepting - {"0002", "0003"} == set(re.findall(r"\b\d{4}\b", " ".join(requests)))


@pytest.mark.parametrize(
    ("line", "accepts"),
    [
        ("# Long locks are accepted: the table has ten rows.", True),
        ("# Long locks are accepted:", False),
        ("    # Long locks are accepted: no", False),
        ("'# Long locks are accepted: no'", False),
    ],
)
def test_only_a_comment_with_a_reason_accepts(line: str, accepts: bool) -> None:
    assert bool(_ACCEPTED.search(f"\n{line}\nclass Migration:\n")) == accepts
