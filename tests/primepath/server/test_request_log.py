"""The log of a real server: one line for each request, and nothing secret."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from primepath.demo.accounts import ADMINISTRATOR, DEMO_PASSWORD, TEACHER
from primepath.server.monitoring.request_log import RequestLine, RequestLog
from scripts.server import free_port, serving
from tests.log_lines import REQUESTS, log_lines, request_facts, wait_for_requests
from tests.processes import PATIENCE, ROOT
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database
SECRET = "hunter2-secret"
SIGN_IN = """
mutation SignIn($password: String!) {
  signIn(input: { username: "teacher", password: $password }) { token userErrors { code } }
}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("log")) as server:
        yield server


def facts(server: Server, response: httpx.Response) -> dict[str, Any]:
    """Return the facts of one request, without its duration and size."""
    request_id = response.headers["X-Request-ID"]
    found = request_facts(server.log, request_id)[request_id]
    assert found.pop("ms") >= 0
    assert found.pop("bytes") == response.num_bytes_downloaded
    return found


def ask(server: Server, document: str, token: str | None = None, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.post(
        f"{server.address}/graphql",
        json={"query": document, **body},
        headers=headers,
        timeout=PATIENCE,
    )


def test_failure_of_the_application_has_a_response_and_a_line_with_its_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError(SECRET)

    async def send(message: Any) -> None:
        sent.append(message)

    async def request() -> None:
        scope = {"type": "http", "method": "GET", "path": "/graphql", "headers": []}
        with pytest.raises(ZeroDivisionError):
            await RequestLog(application)(scope, None, send)

    with caplog.at_level("INFO", "primepath.requests"):
        asyncio.run(request())
    start, body = sent
    id = dict(start["headers"])[b"X-Request-ID"].decode()
    assert (start["status"], body["body"]) == (500, f"Internal error. Request id: {id}\n".encode())
    (line,) = caplog.records
    assert isinstance(line.msg, RequestLine)
    assert (line.msg.facts["status"], line.msg.facts["bytes"]) == (500, len(body["body"]))


def test_line_names_method_path_status_user_and_operation(server: Server) -> None:
    document = "query WhoAmI { viewer { username } }"
    post = {"method": "POST", "path": "/graphql"}
    viewer = facts(server, ask(server, document, server.token))
    assert type(viewer.pop("user")) is int
    assert viewer == {
        **post,
        "status": 200,
        "operation": "WhoAmI",
        "document": sha256(document.encode()).hexdigest(),
        "statements": 1,
    }
    anonymous = facts(server, ask(server, "{ school { name } }"))
    assert len(anonymous.pop("document")) == 64
    assert anonymous == {**post, "status": 200, "statements": 0}
    refused = facts(server, ask(server, "{ school { name } }", "wrong"))
    assert refused == {**post, "status": 401, "errors": ["UNAUTHENTICATED"], "statements": 1}
    missing = facts(server, httpx.get(f"{server.address}/no%0Athing%20here"))
    assert (missing["path"], missing["status"]) == ("/no\nthing here", 404)


def test_line_counts_statements_and_cells_and_lists_error_codes(server: Server) -> None:
    document = """
    query Part {
      good: scheduleMatrix { rows { cells(periods: [JAN]) { status } } }
      bad: scheduleMatrix(academicYear: 1999) { academicYear }
    }
    """
    # The first time, missing cells are stored.
    ask(server, document, server.token)
    found = facts(server, ask(server, document, server.token))
    # The token, the classes and the cells.
    assert (found["statements"], found["cells"]) == (3, 60)
    assert found["errors"] == ["BAD_USER_INPUT"]
    invalid = facts(server, ask(server, "{ nonsense { here } }", server.token))
    assert invalid["errors"] == ["BAD_USER_INPUT"]
    assert "operation" not in invalid


def test_every_response_leaves_one_line_and_static_files_none(server: Server) -> None:
    before = len(log_lines(server.log, REQUESTS))
    with httpx.Client(base_url=server.address) as client:
        paths = ("/", "/sign-in/", "/nothing", "/graphql", "/static/pages/base.css")
        responses = [client.get(path) for path in paths]
        head = client.head("/graphql", params={"query": "{ school { name } }"})
    *named, static = responses
    assert all("X-Request-ID" in response.headers for response in (*named, head))
    assert facts(server, head)["method"] == "HEAD"
    assert len(log_lines(server.log, REQUESTS)) == before + len(named) + 1
    assert static.status_code == 200
    assert "X-Request-ID" not in static.headers


def test_session_has_a_user(server: Server) -> None:
    with httpx.Client(base_url=server.address, timeout=PATIENCE, follow_redirects=True) as browser:
        page = browser.get("/sign-in/?next=/admin/")
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[0]
        form = {"username": ADMINISTRATOR, "password": DEMO_PASSWORD, "next": "/admin/"}
        admin = browser.post("/sign-in/", data={**form, "csrfmiddlewaretoken": token})
    assert str(admin.url) == f"{server.address}/admin/"
    assert type(facts(server, admin)["user"]) is int
    assert f"Sign-in of '{ADMINISTRATOR}' from 127.0.0.1 succeeded" in server.log.read_text()


def test_nothing_secret_is_in_the_log(server: Server) -> None:
    address = f"{server.address}/graphql"
    ask(server, SIGN_IN, variables={"password": SECRET})
    ask(server, f'{{ schoolClass(code: "{SECRET}") {{ id }} }}', server.token)
    ask(server, f"query {SECRET[:7]} {{ nonsense }}", SECRET)
    httpx.get(address, params={"query": f"{{ school {{ name }} }} # {SECRET}", "token": SECRET})
    httpx.get(
        address, headers={"Cookie": f"sessionid={SECRET}"}, params={"query": "{viewer{name}}"}
    )
    httpx.get(f"{server.address}/?password={SECRET}")
    httpx.post(f"{server.address}/admin/login/", data={"username": "a", "password": SECRET})
    last = ask(server, SIGN_IN, variables={"password": DEMO_PASSWORD})
    token = last.json()["data"]["signIn"]["token"]
    # Its line is written after the response.
    assert facts(server, last)["operation"] == "SignIn"
    log = server.log.read_text()
    for secret in (SECRET, DEMO_PASSWORD, token, *server.tokens.values()):
        assert secret not in log


def test_unknown_host_leaves_one_line_and_no_traceback(server: Server) -> None:
    response = httpx.get(f"{server.address}/graphql", headers={"Host": "elsewhere.example:99"})
    assert response.status_code == 400
    found = facts(server, response)
    assert (found["status"], found["unknown_host"]) == (400, "elsewhere.example:99")
    lines = server.log.read_text().splitlines()
    assert len([line for line in lines if response.headers["X-Request-ID"] in line]) == 1
    assert not any("DisallowedHost" in line for line in lines)


@pytest.mark.parametrize("username", [TEACHER, "no\nbody", "a' from 1.2.3.4 succeeded 'x"])
def test_each_sign_in_has_a_line_with_name_address_and_outcome(
    server: Server, username: str
) -> None:
    document = "mutation A($i: SignInInput!) { signIn(input: $i) { token } }"
    ask(server, document, variables={"i": {"username": username, "password": "wrong"}})
    messages = [line["message"] for line in log_lines(server.log, "primepath.sign_in")]
    assert f"Sign-in of {username!r} from 127.0.0.1 failed" in messages


def test_admin_site_records_sign_ins_too(server: Server) -> None:
    for password, outcome in (("wrong", "failed"), (DEMO_PASSWORD, "succeeded")):
        with httpx.Client(base_url=server.address, timeout=PATIENCE) as browser:
            page = browser.get("/admin/login/")
            token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[0]
            form = {"username": "head", "password": password, "csrfmiddlewaretoken": token}
            response = browser.post("/admin/login/", data=form)
        assert {
            line["request_id"]: line["message"]
            for line in log_lines(server.log, "primepath.sign_in")
        }[response.headers["X-Request-ID"]] == f"Sign-in of 'head' from 127.0.0.1 {outcome}"


def test_all_lines_of_a_request_have_its_id(server: Server) -> None:
    response = ask(server, SIGN_IN, variables={"password": "wrong"})
    wait_for_requests(server.log, response.headers["X-Request-ID"])
    found = [
        line["logger"]
        for line in log_lines(server.log)
        if line["request_id"] == response.headers["X-Request-ID"]
    ]
    assert found == ["primepath.sign_in", REQUESTS]


def test_lines_of_uvicorn_have_the_same_format_and_its_log_level(tmp_path: Path) -> None:
    log = tmp_path / "log"
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "primepath.asgi:application", f"--port={port}"]
    environment = {"PRIMEPATH_VAR_DIR": str(tmp_path)}
    command.append("--log-level=warning")
    with (
        serving(command, port, log, folder=ROOT, environment=environment),
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client,
    ):
        client.sendall(b"nonsense\r\n\r\n")
        assert b"400" in client.recv(1_000)
    found = [line for line in log_lines(log) if line["logger"] == "uvicorn.error"]
    assert [(line["level"], line["message"]) for line in found] == [
        ("WARNING", "Invalid HTTP request received.")
    ]
