"""Eight o'clock on a Monday: many people sign in at the same time, and someone else reads the schedule."""

from __future__ import annotations

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from primepath.demo.accounts import DEMO_PASSWORD, TEACHERS
from tests.databases import connected_to
from tests.processes import PATIENCE
from tests.profiles import examples
from tests.server import Server, running_server

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# Six for each thread and connection of the server, and more than the accounts. With ``THOROUGH=1``, 60.
PEOPLE = max(24, examples(60))
# On a busy machine, a refused sign-in would be right.
LIMITS = {"OPERATION_SECONDS": "60", "PROXY_SECONDS": "300", "KEEP_ALIVE_SECONDS": "400"}
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { token userErrors { code } } }"
READ = "{ scheduleMatrix(academicYear: 2026) { rows { cells { status } } } }"


class Person:
    """Someone with an address of their own on the loopback network."""

    def __init__(self, server: Server, number: int) -> None:
        self._connection = HTTPConnection(
            "127.0.0.1", server.port, timeout=PATIENCE, source_address=(f"127.0.1.{number + 1}", 0)
        )

    def send(self, query: str, variables: Any = None, **headers: str) -> tuple[int, Any]:
        body = json.dumps({"query": query, "variables": variables})
        self._connection.request(
            "POST", "/graphql", body, {"Content-Type": "application/json", **headers}
        )
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def sign_in(self, username: str) -> tuple[int, Any]:
        return self.send(SIGN_IN, {"input": {"username": username, "password": DEMO_PASSWORD}})

    def close(self) -> None:
        self._connection.close()


@pytest.mark.parametrize("algorithm", ["argon2", "pbkdf2_sha256"])
def test_everyone_signs_in_while_others_read(tmp_path: Path, algorithm: str) -> None:
    with running_server(tmp_path, **LIMITS) as server, ExitStack() as stack:
        with connected_to(server.database_url):
            imported = make_password(DEMO_PASSWORD, hasher=algorithm)
            User.objects.filter(username__in=TEACHERS).update(password=imported)
        reader, *people = [
            stack.enter_context(closing(Person(server, number))) for number in range(PEOPLE + 1)
        ]
        token = {"Authorization": f"Bearer {server.tokens['admin']}"}
        done = threading.Event()
        reads: list[tuple[int, Any]] = []

        def read() -> None:
            # Without a pause, the test itself needs a core for the answers.
            while not done.wait(0.02):
                reads.append(reader.send(READ, **token))

        with ThreadPoolExecutor(PEOPLE + 1) as threads:
            reading = threads.submit(read)
            try:
                answers = list(threads.map(Person.sign_in, people, islice(cycle(TEACHERS), PEOPLE)))
            finally:
                done.set()
            reading.result(PATIENCE)
        assert {status for status, _ in answers} == {200}
        assert all(answer["data"]["signIn"]["token"] for _, answer in answers)
        assert {status for status, _ in reads} == {200}
        assert not any("errors" in answer for _, answer in reads)
        _tokens_are_valid(people, [answer["data"]["signIn"]["token"] for _, answer in answers])
        assert not re.search(r"ERROR|Traceback|database (pool|lock)", server.log.read_text())


def _tokens_are_valid(people: list[Person], tokens: list[str]) -> None:
    """Several people share an account, and the first one of them replaced its imported hash."""
    for person, token in zip(people, tokens, strict=True):
        # uvicorn closes connections that are idle, and then this one connects again.
        person.close()
        _, answer = person.send("{ viewer { username } }", Authorization=f"Bearer {token}")
        assert answer["data"]["viewer"], answer
