"""The production command serves from several processes, stops on a signal, and rejects wrong settings."""

from __future__ import annotations

import shlex
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from scripts.server import free_port
from tests.databases import demo_template, own_database
from tests.pages import PRODUCTION, blocks
from tests.processes import PATIENCE, product_process

WORKERS = 2
MATRIX = "{ scheduleMatrix { rows { cells { id status } } } }"
# A setting with its wrong value, and what the last line of the log must contain.
WRONG = [
    ("DATABASE_URL", "mysql://localhost/school", "DATABASE_URL"),
    ("DATABASE_URL", "school.sqlite3", "DATABASE_URL"),
    ("EXPLORER", "teachers", "EXPLORER"),
    ("MAX_PAGE_SIZE", "-1", "MAX_PAGE_SIZE"),
    ("SCHOOL_TIME_ZONE", "Mars/Olympus", "Mars/Olympus"),
]


def command(port: int) -> list[str]:
    """Return the Python arguments of the documented command, with fewer processes and this port."""
    (shown,) = (
        line
        for block in blocks((PRODUCTION / "commands.md").read_text())
        for line in block.text.splitlines()
        if line.startswith("python manage.py serve ")
    )
    words = shlex.split(shown)
    for option, value in (("--processes", WORKERS), ("--port", port)):
        words[words.index(option) + 1] = str(value)
    return words[1:]


@pytest.fixture
def port() -> int:
    return free_port()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/sign-in/", timeout=PATIENCE).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def address(port: int) -> Iterator[str]:
    yield f"http://127.0.0.1:{port}"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_command_serves_from_several_processes_and_stops(
    port: int, address: str, tmp_path: Path
) -> None:
    template, log = demo_template(), tmp_path / "log"
    with (
        own_database(tmp_path, template) as database_url,
        log.open("wb") as errors,
        product_process(
            *command(port),
            database_url=database_url,
            errors=errors,
            environment={"PRIMEPATH_VAR_DIR": str(tmp_path)},
        ) as process,
    ):
        deadline = time.monotonic() + PATIENCE
        while not _answers(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        workers = psutil.Process(process.pid).children(recursive=True)
        assert len(workers) >= WORKERS

        headers = {"Authorization": f"Bearer {template.tokens['head']}"}
        for _ in range(4 * WORKERS):
            # A new connection each time: the processes share the port.
            response = httpx.post(
                f"{address}/graphql", json={"query": MATRIX}, headers=headers, timeout=PATIENCE
            )
            assert len(response.json()["data"]["scheduleMatrix"]["rows"]) == 60

        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
        _, alive = psutil.wait_procs(workers, PATIENCE)
        assert alive == []
    assert "Traceback" not in log.read_text()


@pytest.mark.one_database
@pytest.mark.parametrize(("name", "value", "shown"), WRONG)
def test_wrong_setting_stops_the_server_with_a_reason(
    name: str, value: str, shown: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    settings = {"PRIMEPATH_VAR_DIR": str(tmp_path), name: value}
    with (
        log.open("wb") as errors,
        product_process(
            *("-c", "import primepath.asgi"),
            database_url=settings.pop("DATABASE_URL", f"sqlite:///{tmp_path}/database.sqlite3"),
            errors=errors,
            environment={"DJANGO_SETTINGS_MODULE": "primepath.settings", **settings},
        ) as process,
    ):
        assert process.wait(PATIENCE) != 0
    assert shown in log.read_text().splitlines()[-1]
