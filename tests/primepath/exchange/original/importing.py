"""Import a database, change it, and import it again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from primepath.exchange.upstream.import_database import ImportOptions, import_database
from primepath.exchange.upstream.outcomes import Report


def run(path: Path, **options: Any) -> Report:
    return import_database(path, ImportOptions(**options), lambda _: None)


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)
