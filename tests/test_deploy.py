"""The files in deploy/ fit the product and each other."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from django.conf import settings
from django.core.management import call_command, load_command_class

from primepath.domain.stored_file import MAX_UPLOAD_BYTES
from primepath.environment import env
from primepath.server.nested_timeouts import longest_request
from schema.http.errors import GRAPHQL_JSON
from scripts.server import free_port
from tests.nginx import nginx
from tests.pages import ROOT
from tests.processes import PATIENCE
from tests.server import Server

pytestmark = pytest.mark.one_database

DEPLOY = ROOT / "deploy"
NGINX = (DEPLOY / "nginx.conf").read_text()
UNIT = (DEPLOY / "primepath.service").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Containerfile and their arguments, with continued lines joined."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def serve_options(words: list[str]) -> dict[str, Any]:
    """Return the options that `manage.py serve` reads from a command. Exits if it does not know one."""
    command = load_command_class("primepath", "serve")
    return vars(command.create_parser("manage.py", "serve").parse_args(words))


def seconds(name: str, text: str = NGINX) -> int:
    (value,) = re.findall(rf"^ *{name} (\d+)s;", text, re.MULTILINE)
    return int(value)


def test_environment_file_lists_every_setting_once() -> None:
    call_command("export_environment", check=True)
    listed = re.findall(r"^#(\w+)=(.*)$", (DEPLOY / "environment").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(env.declared.items())
    lines = (DEPLOY / "environment").read_text().splitlines()
    for name in env.declared:
        (index,) = (number for number, line in enumerate(lines) if line.startswith(f"#{name}="))
        assert lines[index - 1].startswith("# "), name
        assert lines[index - 1].endswith("?"), name


def test_time_limits_of_nginx_surround_those_of_the_server() -> None:
    assert seconds("proxy_read_timeout") == settings.PROXY_SECONDS > longest_request()
    assert seconds("keepalive_timeout") <= settings.PROXY_SECONDS < settings.KEEP_ALIVE_SECONDS
    assert seconds("client_header_timeout") <= settings.HEADER_SECONDS
    assert seconds("client_body_timeout") <= settings.BODY_SECONDS
    body, upload = map(int, re.findall(r"client_max_body_size (\d+)m;", NGINX))
    assert body * 2**20 > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert upload * 2**20 > MAX_UPLOAD_BYTES
    (number, kilobytes) = re.findall(r"large_client_header_buffers (\d+) (\d+)k;", NGINX)[0]
    assert int(number) * int(kilobytes) * 1024 == settings.MAX_HEADER_BYTES


@pytest.mark.parametrize("kind", ["max_fails=2 fail_timeout=1s", "backup max_fails=0"])
def test_nginx_has_a_line_for_each_process(kind: str) -> None:
    lines = re.findall(rf"^    server 127.0.0.1:(\d+) {kind};", NGINX, re.MULTILINE)
    ports = list(map(int, lines))
    (command,) = re.findall(r"^ExecStart=(.+)$", UNIT, re.MULTILINE)
    container = SERVICES["app"]["command"]
    for words in (shlex.split(command)[3:], container[1:]):
        options = serve_options(words)
        assert options["separate_ports"]
        assert ports == [options["port"] + index for index in range(options["processes"])]
    assert "server 127.0.0.1:" in SERVICES["nginx"]["command"][2]


def test_nginx_accepts_the_whole_file(tmp_path: Path) -> None:
    """Other tests leave out its certificates and ports."""
    program, openssl = shutil.which("nginx"), shutil.which("openssl")
    if program is None or openssl is None:
        pytest.skip("nginx or openssl is not installed.")
    files = [tmp_path / name for name in ("privkey.pem", "fullchain.pem")]
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=school.example"]
    subprocess.run(
        [openssl, *request, "-keyout", str(files[0]), "-out", str(files[1])],
        check=True,
        capture_output=True,
    )
    text = NGINX.replace("/etc/nginx/tls", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
    text = (
        text.replace(" 80;", " 18080;").replace("]:80;", "]:18080;").replace("443 ssl", "18443 ssl")
    )
    file = tmp_path / "nginx.conf"
    file.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {text} }}")
    done = subprocess.run(
        [program, "-t", "-e", "stderr", "-c", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


class Recorder(ThreadingHTTPServer):
    """A server that records the heads and bodies of requests. Its second event waits for ``release``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.release = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Recorder

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(({**self.headers}, body))
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nfirst\r\n")
        if self.headers["Accept"] == "text/event-stream":
            self.server.release.wait(PATIENCE)
        self.wfile.write(b"6\r\nsecond\r\n0\r\n\r\n")

    def log_message(self, *_: Any) -> None:
        """Write no log."""


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.release.set()
        server.shutdown()
        thread.join()


def test_nginx_replaces_forwarded_headers_and_passes_events_on_at_once(
    recorder: Recorder, tmp_path: Path
) -> None:
    made_up = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=6.6.6.6",
    }
    with nginx(tmp_path, recorder.server_port) as address, httpx.Client(timeout=PATIENCE) as client:
        answer = client.post(
            f"{address}/graphql", content="{}", headers={**made_up, "Accept": "*/*"}
        )
        assert answer.text == "firstsecond"
        headers = {**made_up, "Accept": "text/event-stream"}
        with client.stream("POST", f"{address}/graphql", content="{}", headers=headers) as stream:
            parts = stream.iter_text()
            assert next(parts) == "first"
            recorder.release.set()
            assert "".join(parts) == "second"
        assert client.get(f"{address}/metrics").status_code == 404
    for headers, body in recorder.received:
        assert headers["X-Forwarded-For"] == "127.0.0.1"
        assert headers["X-Forwarded-Proto"] == "http"
        assert "6.6.6.6" not in str(headers)
        assert "Connection" not in headers
        assert body == b"{}"
    assert len(recorder.received) == 2


@pytest.mark.parametrize("prefix", ["", "/schedule"])
def test_nginx_passes_large_uploads_on(recorder: Recorder, prefix: str, tmp_path: Path) -> None:
    file = b"x" * (10 * 2**20)
    with nginx(tmp_path, recorder.server_port, prefix) as address:
        for path in "/files", "/admin/primepath/exam/import/":
            assert httpx.post(f"{address}{path}", content=file, timeout=PATIENCE).status_code == 200
        assert httpx.post(f"{address}/graphql", content=file, timeout=PATIENCE).status_code == 413
    assert [len(body) for _, body in recorder.received] == [len(file)] * 2


def test_nginx_passes_a_delta_sync_by_get_on(demo_server: Server, tmp_path: Path) -> None:
    """In the address, only the token could grow with the school, and its length is constant."""
    document = """query ($after: String) {
      scheduleMatrix(academicYear: 2026, changesAfter: $after) { syncToken rows { schoolClass { code } } }
    }"""
    hash = sha256(document.encode()).hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hash}}
    headers = {"Authorization": f"Bearer {demo_server.token}"}
    with (
        nginx(tmp_path, demo_server.port) as address,
        httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as client,
    ):

        def read(token: str | None) -> tuple[dict[str, Any], int]:
            parameters = {"extensions": extensions, "variables": {"after": token}}
            encoded = {name: json.dumps(each) for name, each in parameters.items()}
            response = client.get("/graphql", params=encoded, headers={"Accept": GRAPHQL_JSON})
            return response.json()["data"]["scheduleMatrix"], len(str(response.url))

        client.post("/graphql", json={"query": document, "extensions": extensions})
        everything, _length = read(None)
        assert len(everything["rows"]) > 50
        changes, length = read(everything["syncToken"])
        assert changes["rows"] == []
        # Some gateways accept 2,048 characters.
        assert length < 1_000


@pytest.mark.parametrize("name", ["primepath.service", "primepath-manage@.service"])
def test_systemd_accepts_the_units(name: str, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed.")
    text = (DEPLOY / name).read_text()
    for folder in "/opt/primepath", "/etc/primepath":
        assert folder in text
    # The code and its interpreter are elsewhere here.
    text = text.replace("/opt/primepath/.venv/bin/python", sys.executable)
    file = tmp_path / name.replace("@", "@migrate")
    file.write_text(text.replace("/opt/primepath", str(tmp_path)))
    environment = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}
    for options in (["verify", "--man=no"], ["security", "--offline=yes", "--threshold=20"]):
        done = subprocess.run(
            [program, *options, str(file)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""


def test_service_stops_after_its_processes() -> None:
    (stop,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)
    assert int(stop) >= longest_request() + 5
    assert SERVICES["app"]["stop_grace_period"] == f"{stop}s"
    assert "KillMode=mixed" in UNIT


def test_image_contains_what_its_commands_need() -> None:
    found = instructions()
    allowed = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    copied = [rest.split()[0] for name, rest in found if name == "COPY" and "--from=" not in rest]
    assert sorted(copied) == sorted(allowed)
    assert all((ROOT / each).exists() for each in copied)
    # Every package that the product imports.
    (packages,) = re.findall(
        r"^root_packages = (\[.+\])$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    product = set(json.loads(packages)) - {"benchmarks", "scripts", "tests"}
    assert product | {"manage.py"} <= set(copied)


def test_image_runs_without_root_and_serves() -> None:
    final = instructions()[::-1]
    final = final[: [name for name, _ in final].index("FROM")]
    last = dict(final)
    assert last["USER"] == "10001:10001"
    assert json.loads(last["ENTRYPOINT"]) == ["python", "manage.py"]
    command, *options = json.loads(last["CMD"])
    assert command == "serve"
    assert serve_options(options)["port"] == int(last["EXPOSE"])
    probe = json.loads(last["HEALTHCHECK"].partition(" CMD ")[2])
    assert probe[:2] == ["python", "-c"]
    compile(probe[2], "probe", "exec")
    assert f":{last['EXPOSE']}/healthz" in probe[2]


def test_probe_of_the_image_succeeds_and_fails(demo_server: Server) -> None:
    (health,) = (rest for name, rest in instructions() if name == "HEALTHCHECK")
    program = json.loads(health.partition(" CMD ")[2])[2]
    for port, expected in ((demo_server.port, 0), (free_port(), 1)):
        code = program.replace(":8000/", f":{port}/")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        assert done.returncode == expected


def test_containers_are_hardened_and_refer_to_each_other() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service.get("depends_on", {}).keys() <= SERVICES.keys()
        assert "build" in service or re.fullmatch(
            r"docker\.io/library/\w+:\d+(\.\d+)*", service["image"]
        )
        if "build" in service:
            target = service["build"]["target"]
            assert any(
                rest.endswith(f" AS {target}") for step, rest in instructions() if step == "FROM"
            )
    ours = [service for service in SERVICES.values() if service["image"] == "primepath"]
    assert len(ours) == 2
    for service in ours:
        assert service["environment"].keys() <= env.declared.keys()
    assert (
        SERVICES["app"]["environment"]["TRUSTED_PROXIES"]
        == (SERVICES["nginx"]["networks"]["inside"]["ipv4_address"])
    )
    assert SERVICES["app"]["networks"]["inside"]["ipv4_address"] in SERVICES["nginx"]["command"][2]
    (network,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    for name in ("app", "nginx"):
        address = ip_address(SERVICES[name]["networks"]["inside"]["ipv4_address"])
        assert address in ip_network(network["subnet"])
        # Docker assigns addresses of the range to the other services.
        assert address not in ip_network(network["ip_range"])
