"""``manage.py serve`` replaces its processes without a failed request, and ends in time."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from primepath.server.processes.listeners import open_ports
from scripts.server import free_port
from tests.nginx import nginx
from tests.processes import PATIENCE, ROOT
from tests.raw_http import connection, read_all, status
from tests.served import Served, served

pytestmark = pytest.mark.one_database
PROCESSES = 2
QUERY = {"query": "{ school { name } }"}
STALLED = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
REPLACED = "All processes are replaced."


def ask(address: str) -> int:
    """Return the status of a request on a connection of its own."""
    return httpx.post(f"{address}/graphql", json=QUERY, timeout=PATIENCE).status_code


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("serve")
    (folder / "metrics").mkdir()
    (folder / "metrics" / "counter_1.db").touch()
    options = ("--processes", str(PROCESSES), "--port", "0")
    with served(folder, *options, BODY_SECONDS="300") as running:
        yield running


class Load:
    """Clients that send one request after another, some on connections that they keep."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(keep,)) for keep in (1, 1, 0)]
        self.statuses: Counter[object] = Counter()

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _send(self, keep: int) -> None:
        limits = httpx.Limits(max_keepalive_connections=keep)
        with httpx.Client(limits=limits, timeout=PATIENCE) as client:
            while not self._ended.wait(0.02):
                try:
                    found: object = client.post(f"{self._address}/graphql", json=QUERY).status_code
                except httpx.HTTPError as error:
                    found = repr(error)
                self.statuses[found] += 1


def restart(server: Served) -> None:
    before, done = server.workers(), len(server.lines(REPLACED))
    server.send(signal.SIGHUP)
    server.wait_until(lambda: len(server.lines(REPLACED)) > done)
    _, alive = psutil.wait_procs(before, PATIENCE)
    assert alive == []
    assert len(server.workers()) == PROCESSES


def test_restart_fails_no_request(server: Served, tmp_path: Path) -> None:
    (port,) = server.ports
    with nginx(tmp_path, port) as address:
        loads = [Load(address), Load(f"http://127.0.0.1:{port}")]
        with loads[0], loads[1]:
            restart(server)
    for load in loads:
        assert load.statuses.keys() == {200}, load.statuses
        assert load.statuses[200] > 20
    assert "Traceback" not in server.log.read_text()


def test_stalled_client_does_not_stop_a_restart(server: Served) -> None:
    (port,) = server.ports
    with connection(port) as one, connection(port) as other:
        one.sendall(STALLED)
        other.sendall(STALLED[:20])
        restart(server)
        assert status(read_all(one)) == 408
        assert status(read_all(other)) == 408


def test_killed_process_is_replaced(server: Served) -> None:
    (port,) = server.ports
    metrics = server.folder / "metrics"
    assert not (metrics / "counter_1.db").exists()
    (killed, *_) = server.workers()
    server.wait_until((metrics / f"gauge_livesum_{killed.pid}.db").exists)
    killed.kill()
    for _ in range(4):
        # Connections to the process that is missing wait for its replacement.
        assert ask(f"http://127.0.0.1:{port}") == 200
    server.wait_until(lambda: server.lines(f"Process {killed.pid} ended with status -9."))
    server.wait_until(lambda: len(server.workers()) == PROCESSES)
    assert killed not in server.workers()
    assert not (metrics / f"gauge_livesum_{killed.pid}.db").exists()


def test_another_process_serves_the_port_of_one_that_died(tmp_path: Path) -> None:
    options = ("--processes", "2", "--port", "0", "--separate-ports")
    with served(tmp_path, *options) as server, httpx.Client(timeout=PATIENCE) as client:
        address = f"http://127.0.0.1:{server.ports[0]}/graphql"
        killed = _listening(server, server.ports[0])
        (other,) = (each for each in server.workers() if each != killed)
        killed.kill()
        server.wait_until(lambda: len(set(server.workers()) - {killed, other}) == 1)
        (replacement,) = set(server.workers()) - {killed, other}
        replacement.suspend()
        try:
            assert client.post(address, json=QUERY).status_code == 200
            assert "connection" not in client.post(address, json=QUERY).headers
        finally:
            replacement.resume()
        # The connection ends, so that the new process gets its requests.
        server.wait_until(lambda: _closes(client, address))
        assert client.post(address, json=QUERY).status_code == 200
        assert server.ports[0] not in _ports(other)
        assert server.ports[0] in _ports(replacement)


@pytest.mark.skipif(sys.platform != "linux", reason="The queues of sockets are read as on Linux.")
def test_requests_wait_if_all_processes_have_died(tmp_path: Path) -> None:
    options = ("--processes", "2", "--port", "0", "--separate-ports")
    with (
        served(tmp_path, *options) as server,
        nginx(tmp_path, server.ports) as address,
        ThreadPoolExecutor(8) as pool,
    ):
        workers = server.workers()
        # The first requests leave four connections to each process. The next ones are on these, and are lost.
        for die, expected in ((False, 200), (True, 502)):
            for each in workers:
                each.suspend()
            asked = [pool.submit(ask, address) for _ in range(8)]
            server.wait_until(lambda: _unread(server.ports) == 8)
            for each in workers:
                if die:
                    each.kill()
                else:
                    each.resume()
            assert {each.result() for each in asked} == {expected}
        assert {ask(address) for _ in range(4)} == {200}


def _unread(ports: Collection[int]) -> int:
    """Return the number of connections to these ports with bytes that no process has read."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return sum(
        int(local.split(":")[1], 16) in ports and int(queues.split(":")[1], 16) > 0
        for _number, local, _remote, state, queues, *_ in rows
        if state == "01"
    )


def _ports(process: psutil.Process) -> set[int]:
    return {each.laddr.port for each in process.net_connections("tcp") if not each.raddr}


def _listening(server: Served, port: int) -> psutil.Process:
    return next(each for each in server.workers() if port in _ports(each))


def _closes(client: httpx.Client, address: str) -> bool:
    response = client.post(address, json=QUERY)
    return "close" in response.headers.get_list("connection")


def test_process_that_hangs_does_not_delay_the_others(server: Served) -> None:
    (port,) = server.ports
    paused = server.workers()[0]
    paused.suspend()
    try:
        for _ in range(20):
            try:
                httpx.post(f"http://127.0.0.1:{port}/graphql", json=QUERY, timeout=0.5)
            except httpx.TimeoutException:
                continue
            return
        pytest.fail("No process responds.")
    finally:
        paused.resume()


def test_failed_restart_keeps_the_processes(server: Served) -> None:
    key = server.folder / "secret-key"
    text = key.read_text()
    before = {worker.pid for worker in server.workers()}
    key.write_text("damaged")
    try:
        server.send(signal.SIGHUP)
        server.wait_until(lambda: server.lines("did not start. The others are not replaced."))
    finally:
        key.write_text(text)
    assert {worker.pid for worker in server.workers()} == before
    assert ask(f"http://127.0.0.1:{server.ports[0]}") == 200
    restart(server)


def test_port_of_another_server_is_refused(server: Served) -> None:
    (port,) = server.ports
    for processes in "1", "2":
        done = subprocess.run(
            [sys.executable, "manage.py", "serve", "--processes", processes, "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 1
        assert f"Port {port} of 127.0.0.1 cannot be used" in done.stderr


def test_stalled_client_does_not_delay_a_stop(tmp_path: Path) -> None:
    with served(tmp_path, "--port", "0", BODY_SECONDS="300") as server:
        with connection(server.ports[0]) as client:
            client.sendall(STALLED)
            server.send(signal.SIGTERM)
            assert status(read_all(client)) == 408
            assert server.process.wait(PATIENCE) == 0
        assert "Traceback" not in server.log.read_text()


def test_processes_end_with_their_supervisor(tmp_path: Path) -> None:
    file = tmp_path / "socket"
    with served(tmp_path, "--uds", str(file)) as server:
        transport = httpx.HTTPTransport(uds=str(file))
        with httpx.Client(transport=transport, timeout=PATIENCE) as client:
            assert client.post("http://localhost/graphql", json=QUERY).status_code == 200
        assert file.stat().st_mode & 0o777 == 0o660
        workers = server.workers()
        server.process.kill()
        _, alive = psutil.wait_procs(workers, PATIENCE)
        assert alive == []
    # The file is left over, and the next server replaces it.
    with served(tmp_path, "--uds", str(file)), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(file))
    assert not file.exists()


def test_separate_ports_follow_each_other(tmp_path: Path) -> None:
    for port in (free_port() for _ in range(20)):
        # Another program can use the second port.
        with suppress(OSError):
            sockets = open_ports("127.0.0.1", port, 2, separate=True)
            break
    assert [each.getsockname()[1] for each in sockets] == [port, port + 1]
    for each in sockets:
        each.close()
    with served(tmp_path, "--processes", "2", "--port", "0", "--separate-ports") as server:
        assert len(set(server.ports)) == 2
        with nginx(tmp_path, server.ports) as address:
            assert {ask(address) for _ in range(4)} == {200}
        for number in server.ports:
            assert ask(f"http://127.0.0.1:{number}") == 200
