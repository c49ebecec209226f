"""The commands of docs/production/backup.md back up a database and restore it, and clients miss no change."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from primepath.demo.accounts import HEAD_TEACHER
from primepath.domain.cell import CellKey
from primepath.domain.period import Period
from primepath.domain.viewer import COMMAND_LINE
from primepath.services.accounts.tokens import find_token
from primepath.services.cells.update_cell import update_cell
from scripts import postgres
from tests.client import answer
from tests.databases import connected_to, demo_template, own_database
from tests.demo_day import DAY
from tests.pages import PRODUCTION, ROOT, blocks, section
from tests.processes import PATIENCE
from tests.schema.mobile_client import MATRIX, MobileClient, Rows

PAGE = (PRODUCTION / "backup.md").read_text()
KEY = CellKey("PRIMARY_1A", DAY.year, Period.JAN)


@pytest.fixture
def folder(
    tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Path]:
    """A folder like that of the product, for files that the commands write."""
    (tmp_path / "manage.py").symlink_to(ROOT / "manage.py")
    (tmp_path / "var").mkdir()
    with django_db_blocker.unblock():
        yield tmp_path


def run(commands: str, folder: Path, database_url: str) -> None:
    """Run commands of the page in the folder."""
    programs = [str(Path(sys.executable).parent)]
    if connection.vendor == "postgresql":
        programs.append(str(postgres._programs()))
    done = subprocess.run(
        ["sh", "-ec", commands],
        cwd=folder,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "PATH": ":".join([*programs, os.environ["PATH"]]),
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def school(folder: Path) -> Iterator[str]:
    """A database with the demo, where the page expects it. Yields its URL."""
    with own_database(folder, demo_template()) as url:
        if connection.vendor == "sqlite":
            Path(url.removeprefix("sqlite:///")).rename(folder / "var" / "primepath.sqlite3")
            url = f"sqlite:///{folder / 'var' / 'primepath.sqlite3'}"
        yield url


@contextmanager
def empty(folder: Path, url: str) -> Iterator[str]:
    """An empty database to restore into. On SQLite, the commands replace the file."""
    if connection.vendor == "sqlite":
        yield url
    else:
        with own_database(folder) as restored:
            yield restored


def note(text: str) -> None:
    update_cell(viewer=COMMAND_LINE, cell=KEY, changes={"notes": text})


def error_codes(client: MobileClient) -> list[Any]:
    response = answer(MATRIX, client.viewer, {"year": client.year, "after": client.token})
    return [error["extensions"]["code"] for error in response.get("errors", [])]


def notes(rows: Rows) -> Any:
    (cell,) = (
        each for each in rows[KEY.class_code]["cells"].values() if each["period"] == KEY.period
    )
    return cell["notes"]


def test_restored_database_has_everything_and_clients_miss_nothing(folder: Path) -> None:
    heading = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    back_up, restore = (
        block.text for block in blocks(section(PAGE, heading)) if block.language == "sh"
    )
    with school(folder) as url:
        with connected_to(url):
            note("before")
            before = MobileClient(COMMAND_LINE, year=KEY.academic_year)
            run(back_up, folder, url)
            note("lost")
            after = MobileClient(COMMAND_LINE, year=KEY.academic_year)
            assert notes(after.rows) == "lost"
        with empty(folder, url) as restored:
            run(restore, folder, restored)
            with connected_to(restored):
                assert before.fetch_all() == before.rows
                assert notes(before.rows) == "before"
                assert find_token(demo_template().tokens[HEAD_TEACHER])
                # A client that has seen a change that is lost starts again.
                assert error_codes(after) == ["SYNC_TOKEN_EXPIRED"]
                # PostgreSQL's transactions have other ids now. SQLite's file is the same database.
                expected = ["SYNC_TOKEN_EXPIRED"] if connection.vendor == "postgresql" else []
                assert error_codes(before) == expected
                note("after")
                if not expected:
                    before.sync()
                    assert notes(before.rows) == "after"
