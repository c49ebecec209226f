"""No token, password or value of a client reaches the log, whatever fails."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
from django.test import RequestFactory

from primepath.server.monitoring.log_format import LogFormat
from primepath.server.monitoring.log_formatters import JsonFormatter, TextFormatter
from primepath.server.monitoring.redaction import HIDDEN, redact
from primepath.server.monitoring.request_record import adopt_request, leave
from tests.log_lines import log_lines, wait_for_requests
from tests.processes import PATIENCE
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database
SECRET = 'hunter2-"secret"\\ é\n2027-01-01 root INFO forged'
PIECE = "hunter2"
# The name of an operation, and a part of a token, that make `failing_server` fail.
FAILING = "Explode"
NUMBER = 987_654_321
SIGN_IN = "mutation M($i: SignInInput!) { signIn(input: $i) { token } }"


@pytest.fixture(scope="module", params=["json", "text"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("failing")
    module = "tests.primepath.server.failing_server"
    with running_server(folder, module=module, LOG_FORMAT=request.param) as server:
        yield server


def failures(server: Server) -> Iterator[tuple[str, httpx.Response]]:
    """Send requests that fail inside of the product, with the secret in each place that a request has."""
    address = f"{server.address}/graphql"
    options: dict[str, Any] = {"timeout": PATIENCE}

    def explode(document: str, **members: Any) -> httpx.Response:
        body = {"query": document, "operationName": FAILING, **members}
        return httpx.post(address, json=body, **options)

    yield "prepare failed", explode("query Explode { a }", variables={"a": [{"b": SECRET}]})
    yield "prepare failed", explode("query Explode { a }", variables={"a": NUMBER, "b": SECRET})
    literal = orjson.dumps(SECRET).decode()
    yield "prepare failed", explode(f"query Explode {{ a(b: {literal}) }}")
    yield "prepare failed", explode(f'query Explode {{ a(b: """{PIECE} of a block""") }}')
    variables = orjson.dumps({"password": SECRET}).decode()
    parameters = {"query": "query Explode { a }", "operationName": FAILING, "variables": variables}
    yield "prepare failed", httpx.get(address, params=parameters, **options)
    token = {"Authorization": f"Bearer {FAILING}{PIECE}"}
    yield "find_token failed", httpx.post(address, json={"query": "{a}"}, headers=token, **options)
    user = {"username": "teacher", "password": SECRET}
    body = {"query": SIGN_IN, "variables": {"i": user}}
    yield "authenticate failed", httpx.post(address, json=body, **options)
    with httpx.Client(base_url=server.address, **options) as browser:
        page = browser.get("/admin/login/")
        form = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[0]
        data = {**user, "csrfmiddlewaretoken": form}
        yield "authenticate failed", browser.post("/admin/login/", data=data)
        cookies = browser.cookies.jar
        assert all(cookie.value not in server.log.read_text() for cookie in cookies if cookie.value)


def test_exception_that_quotes_a_secret_is_logged_without_it(server: Server) -> None:
    seen = 0
    for text, response in failures(server):
        request_id = response.headers["X-Request-ID"]
        assert request_id in response.text or response.status_code == 500
        log = server.log.read_text()
        news, seen = log[seen:], len(log)
        # The cause is there, under the id of the response.
        assert text in news
        assert "RuntimeError" in news
        assert request_id in news
        assert HIDDEN in news
        assert PIECE not in news
        assert str(NUMBER) not in news


def test_operation_name_cannot_forge_a_line(server: Server) -> None:
    names = ["A\nB", 'A","level":"ERROR', "A B=C", "\x1b[2J", "x" * 100_000]
    for name in names:
        body = {"query": "query A { school { name } }", "operationName": name}
        httpx.post(f"{server.address}/graphql", json=body, timeout=PATIENCE)
    long = "N" * 10_000
    response = httpx.post(
        f"{server.address}/graphql", json={"query": f"query {long} {{ school {{ name }} }}"}
    )
    wait_for_requests(server.log, response.headers["X-Request-ID"])
    lines = server.log.read_text().splitlines()[-len(names) - 1 :]
    assert all("primepath.requests" in line and "INFO" in line for line in lines)
    assert all(len(line) < 1_000 for line in lines)


def test_each_line_of_a_json_log_is_an_object(server: Server) -> None:
    if server.log.read_text().startswith("{"):
        assert {line["level"] for line in log_lines(server.log)} <= {"INFO", "WARNING", "ERROR"}


def test_values_are_found_in_every_form() -> None:
    body = {
        "query": '{ a(b: "inline-1") }',
        "variables": {"x": ["Mixed-Case", 12_345, "Feb", None]},
    }
    request = RequestFactory().post(
        "/graphql?key=param-1&variables=%7B%22y%22%3A%22nested-1%22%7D",
        orjson.dumps(body),
        content_type="application/json",
        headers={
            "Authorization": "Bearer token-1",
            "Cookie": "sessionid=session-1",
            "X-Key": "key-1",
        },
    )
    assert request.GET
    assert request.body
    hidden = "inline-1 mixed-case MIXED-CASE 12345 param-1 nested-1 token-1 session-1 key-1"
    assert redact(hidden, request) == " ".join([HIDDEN] * len(hidden.split()))
    shown = "Feb testserver application/json School 500"
    assert redact(shown, request) == shown


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_log_of_a_process_without_a_request_is_complete(formatter: logging.Formatter) -> None:
    try:
        raise ValueError(SECRET)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "a %s", ("b",), sys.exc_info())
    assert "a b" in formatter.format(record)
    assert PIECE in formatter.format(record)
    # Half of a surrogate pair is no UTF-8.
    assert "\\ud800" in formatter.format(
        logging.LogRecord("x", logging.INFO, "", 0, "%r", ("\ud800",), None)
    )
    lone = JsonFormatter().format(logging.LogRecord("x", logging.INFO, "", 0, "\ud800", (), None))
    assert orjson.loads(lone.replace("\\ud800", ""))["level"] == "INFO"


def test_line_of_a_long_message_is_bounded() -> None:
    request = RequestFactory().get("/")
    _record, token = adopt_request(request)
    try:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "m" * 1_000_000, (), None)
        assert len(JsonFormatter().format(record)) < 21_000
    finally:
        assert token is not None
        leave(token)


def test_format_is_text_only_on_a_terminal_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for is_terminal, expected in ((True, "TextFormatter"), (False, "JsonFormatter")):
        monkeypatch.setattr(sys.stderr, "isatty", lambda is_terminal=is_terminal: is_terminal)
        assert LogFormat.AUTO.formatter.endswith(expected)
        assert LogFormat.TEXT.formatter.endswith("TextFormatter")
        assert LogFormat.JSON.formatter.endswith("JsonFormatter")
