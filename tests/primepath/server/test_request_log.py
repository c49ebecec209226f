"""The log of a real server: one line for each request, and nothing secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from primepath.demo.accounts import ADMINISTRATOR, DEMO_PASSWORD, TEACHER
from tests.processes import PATIENCE
from tests.server import Server, running_server

pytestmark = pytest.mark.one_database
LINE = re.compile(r" (?P<id>\w{32}) INFO primepath\.requests: (?P<facts>.*)$", re.MULTILINE)
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


def lines(server: Server) -> dict[str, dict[str, str]]:
    """Return the facts of each request by its id."""
    found = {
        line["id"]: dict(fact.split("=", 1) for fact in line["facts"].split(" "))
        for line in LINE.finditer(server.log.read_text())
    }
    assert len(found) == server.log.read_text().count("primepath.requests")
    return found


def facts(server: Server, response: httpx.Response) -> dict[str, str]:
    """Return the facts of one request, without its duration."""
    found = lines(server)[response.headers["X-Request-ID"]]
    assert int(found.pop("ms")) >= 0
    return found


def ask(server: Server, document: str, token: str | None = None, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.post(
        f"{server.address}/graphql",
        json={"query": document, **body},
        headers=headers,
        timeout=PATIENCE,
    )


def test_line_names_method_path_status_user_and_operation(server: Server) -> None:
    viewer = ask(server, "query WhoAmI { viewer { username } }", server.token)
    found = facts(server, viewer)
    assert found.pop("user").isdecimal()
    assert found == {
        "method": "POST",
        "path": "/graphql",
        "status": "200",
        "operation": "WhoAmI",
    }
    anonymous = ask(server, "{ school { name } }")
    assert facts(server, anonymous) == {"method": "POST", "path": "/graphql", "status": "200"}
    refused = ask(server, "{ school { name } }", "wrong")
    assert facts(server, refused) == {"method": "POST", "path": "/graphql", "status": "401"}
    missing = httpx.get(f"{server.address}/no%0Athing%20here")
    assert facts(server, missing)["path"] == "/no%0Athing%20here"
    assert facts(server, missing)["status"] == "404"


def test_session_has_a_user(server: Server) -> None:
    with httpx.Client(base_url=server.address, timeout=PATIENCE, follow_redirects=True) as browser:
        page = browser.get("/sign-in/?next=/admin/")
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[0]
        form = {"username": ADMINISTRATOR, "password": DEMO_PASSWORD, "next": "/admin/"}
        admin = browser.post("/sign-in/", data={**form, "csrfmiddlewaretoken": token})
    assert str(admin.url) == f"{server.address}/admin/"
    assert facts(server, admin)["user"].isdecimal()
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
    signed_in = ask(server, SIGN_IN, variables={"password": DEMO_PASSWORD}).json()["data"]["signIn"]
    log = server.log.read_text()
    for secret in (SECRET, DEMO_PASSWORD, signed_in["token"], *server.tokens.values()):
        assert secret not in log
    assert "operation=SignIn" in log


def test_unknown_host_leaves_one_line_and_no_traceback(server: Server) -> None:
    before = len(server.log.read_text().splitlines())
    response = httpx.get(f"{server.address}/graphql", headers={"Host": "elsewhere.example:99"})
    assert response.status_code == 400
    (line,) = server.log.read_text().splitlines()[before:]
    assert "unknown_host=elsewhere.example:99" in line
    assert facts(server, response)["status"] == "400"


@pytest.mark.parametrize("username", [TEACHER, "no\nbody", "a' from 1.2.3.4 succeeded 'x"])
def test_each_sign_in_has_a_line_with_name_address_and_outcome(
    server: Server, username: str
) -> None:
    document = "mutation A($i: SignInInput!) { signIn(input: $i) { token } }"
    ask(server, document, variables={"i": {"username": username, "password": "wrong"}})
    log = server.log.read_text()
    assert f"Sign-in of {username!r} from 127.0.0.1 failed" in log
    assert all(re.match(r"\d{4}-|INFO:|[ \t]|$", line) for line in log.splitlines())


def test_admin_site_records_sign_ins_too(server: Server) -> None:
    for password, outcome in (("wrong", "failed"), (DEMO_PASSWORD, "succeeded")):
        with httpx.Client(base_url=server.address, timeout=PATIENCE) as browser:
            page = browser.get("/admin/login/")
            token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[0]
            form = {"username": "head", "password": password, "csrfmiddlewaretoken": token}
            response = browser.post("/admin/login/", data=form)
        line = f"primepath.sign_in: Sign-in of 'head' from 127.0.0.1 {outcome}"
        lines = server.log.read_text().splitlines()
        assert [each for each in lines if line in each and response.headers["X-Request-ID"] in each]


def test_all_lines_of_a_request_have_its_id(server: Server) -> None:
    response = ask(server, SIGN_IN, variables={"password": "wrong"})
    found = [
        line
        for line in server.log.read_text().splitlines()
        if response.headers["X-Request-ID"] in line
    ]
    assert [re.findall(r"primepath\.\w+", line)[0] for line in found] == [
        "primepath.sign_in",
        "primepath.requests",
    ]
