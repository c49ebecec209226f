"""What it was measured on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("Django", "graphql-core", "strawberry-graphql", "uvicorn", "orjson", "psycopg")


def describe_machine() -> list[str]:
    """Lines about the machine and the versions of what runs on it."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return [
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, {packages}",
    ]


def describe_database() -> str:
    """The database that is measured on, with its version."""
    from django.db import connection

    version = ".".join(map(str, connection.get_database_version()))
    return f"{connection.display_name} {version}"


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())
