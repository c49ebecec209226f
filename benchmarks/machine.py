"""Descriptions of the machine, the packages and the database."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("Django", "graphql-core", "strawberry-graphql", "uvicorn", "orjson", "psycopg")


def describe_machine() -> list[str]:
    """Return lines with the processor, the system and the versions of packages."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return [
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, {packages}",
    ]


def describe_database() -> str:
    """Return the name and version of the database."""
    from django.db import connection

    version = ".".join(map(str, connection.get_database_version()))
    return f"{connection.display_name} {version}"


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())
