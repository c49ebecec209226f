"""The metrics of real servers, with one process and with several."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from scripts.server import free_port, serving
from tests.databases import demo_template, own_database
from tests.processes import PATIENCE, ROOT
from tests.server import Server, running_server

pytestmark = [pytest.mark.one_database, pytest.mark.slow]
WORKERS = 2
MATRIX = (
    "query Matrix { scheduleMatrix { rows { cells(periods: [JAN]) { status exams { name } } } } }"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("metrics")
    # Without the cache, equal requests run each time.
    settings = {"MONITORING_NETWORKS": "127.0.0.1", "ANSWER_CACHE_BYTES": "0"}
    with running_server(folder, **settings) as server:
        yield server


def values(address: str) -> dict[str, float]:
    """Return all samples as PromQL writes them, such as ``name{label="value"}``."""
    response = httpx.get(f"{address}/metrics", timeout=PATIENCE)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    return {
        sample.name
        + "".join(f"[{value}]" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


class Growth:
    """The samples that have grown since the beginning."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._before = values(address)

    def __call__(self) -> dict[str, float]:
        return {
            name: value - self._before.get(name, 0)
            for name, value in values(self._address).items()
            if name.startswith("primepath_") and value != self._before.get(name, 0)
        }


def ask(server: Server, document: str, token: str | None = None, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = f"{server.address}/graphql"
    return httpx.post(address, json={"query": document, **body}, headers=headers, timeout=PATIENCE)


def test_operation_is_counted_with_its_work(server: Server) -> None:
    ask(server, MATRIX, server.token)
    growth = Growth(server.address)
    for _ in range(3):
        ask(server, MATRIX, server.token)
    found = growth()
    assert found["primepath_operations_total[Matrix][ok]"] == 3
    assert found["primepath_operation_seconds_count[Matrix]"] == 3
    # The token, classes, cells, exams in cells and exams.
    assert found["primepath_operation_statements_total[Matrix]"] == 3 * 5
    assert found["primepath_operation_cells_total[Matrix]"] == 3 * 60
    assert found["primepath_responses_total[200]"] == 3
    assert found["primepath_documents_total[hit]"] == 3
    assert "primepath_documents_total[miss]" not in found
    # One batch for the cells of all 60 classes.
    assert found["primepath_batch_keys_count[cells]"] == 3
    assert found["primepath_batch_keys_sum[cells]"] == 3 * 60
    assert not [name for name in found if "errors" in name or "failures" in name]


def test_outcomes_and_error_codes_are_counted(server: Server) -> None:
    growth = Growth(server.address)
    partial = "query Partial { school { name } scheduleMatrix(academicYear: 1) { academicYear } }"
    ask(server, partial, server.token)
    ask(server, "query Invalid { nonsense }", server.token)
    ask(server, "{ school { name } }", "wrong")
    httpx.get(f"{server.address}/nothing")
    found = growth()
    assert found["primepath_operations_total[Partial][partial]"] == 1
    assert found["primepath_operations_total[-][rejected]"] == 1
    assert found["primepath_errors_total[BAD_USER_INPUT]"] == 3
    assert found["primepath_errors_total[UNAUTHENTICATED]"] == 1
    assert found["primepath_responses_total[401]"] == found["primepath_responses_total[404]"] == 1


def test_causes_and_codes_begin_with_zero(server: Server) -> None:
    """Prometheus sees no increase in a series that begins with 1."""
    ask(server, "{ school { name } }")
    found = values(server.address)
    for cause in ("internal", "pool", "connection", "lock", "statement", "read-only", "time-limit"):
        assert found[f"primepath_failures_total[{cause}]"] == 0
    assert (
        found["primepath_errors_total[INTERNAL]"] == found["primepath_sign_ins_total[refused]"] == 0
    )


def test_sign_ins_and_persisted_queries_are_counted(server: Server) -> None:
    growth = Growth(server.address)
    document = 'mutation { signIn(input: { username: "nobody", password: "wrong" }) { token } }'
    ask(server, document)
    unknown = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    ask(server, "", server.token, extensions=unknown)
    found = growth()
    assert found["primepath_sign_ins_total[failed]"] == 1
    assert found["primepath_persisted_queries_total[unknown]"] == 1


def test_clients_cannot_make_any_number_of_series(server: Server) -> None:
    for number in range(60):
        ask(server, f"query Anonymous{number} {{ school {{ name }} }}")
    for number in range(150):
        ask(server, f"query Signed{number} {{ school {{ name }} }}", server.token)
    ask(server, f"query {'Long' * 100} {{ school {{ name }} }}", server.token)
    names = [
        re.findall(r"\[([\w-]+)\]", name)[0] for name in values(server.address) if "_cells_" in name
    ]
    assert len([name for name in names if name.startswith("Anonymous")]) == 20
    assert 80 < len([name for name in names if name.startswith("Signed")]) <= 100
    assert len(names) <= 123
    assert values(server.address)["primepath_operations_total[other][ok]"] >= 91


def test_metrics_are_for_monitoring_only(server: Server) -> None:
    outside = httpx.get(f"{server.address}/metrics", headers={"X-Forwarded-For": "203.0.113.5"})
    assert outside.status_code == 404
    assert "primepath_" not in outside.text
    assert httpx.post(f"{server.address}/metrics/").status_code == 404


def test_metrics_are_below_the_root_path_too(tmp_path: Path) -> None:
    with running_server(tmp_path, UVICORN_ROOT_PATH="/schedule") as server:
        assert "primepath_responses_total" in httpx.get(f"{server.address}/metrics").text


def test_any_process_responds_with_the_sum_of_all(tmp_path: Path) -> None:
    """The counts of a process that was killed stay, and its gauges and sums are not counted twice."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "primepath.asgi:application", f"--port={port}"]
    with own_database(tmp_path, demo_template()) as database:
        environment = {
            "DATABASE_URL": database,
            "PRIMEPATH_VAR_DIR": str(tmp_path),
            "PROMETHEUS_MULTIPROC_DIR": str(folder),
        }
        command.append(f"--workers={WORKERS}")
        log = tmp_path / "log"
        with serving(command, port, log, folder=ROOT, environment=environment):
            address = f"http://127.0.0.1:{port}"
            sent = _send_until_both_served(address, folder)
            assert values(address)["primepath_responses_total[404]"] == sent
            victim = sorted(_writers(folder))[0]
            subprocess.run(["kill", f"-{signal.SIGKILL.value}", victim], check=True)
            # The others respond, whichever they are.
            for _ in range(20):
                assert values(address)["primepath_responses_total[404]"] == sent


def _send_until_both_served(address: str, folder: Path) -> int:
    """Send requests, each over a new connection, until all processes have counted some. Return their number."""
    for number in range(1, 1_000):
        assert httpx.get(f"{address}/nothing", timeout=PATIENCE).status_code == 404
        if len(_writers(folder)) == WORKERS and number >= 20:
            return number
    raise AssertionError("One process serves nothing.")


def _writers(folder: Path) -> set[str]:
    return {file.stem.removeprefix("counter_") for file in folder.glob("counter_*.db")}
