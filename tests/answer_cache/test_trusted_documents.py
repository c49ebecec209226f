"""Registered documents on several processes: a change of a registration takes effect with the next request."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.answer_cache.servers import Response, Server, Servers
from tests.databases import connected_to

PROGRAMS = "query Programs { programs { name } }"
SCHOOL = "query School { school { name } }"


class Registry:
    """The documents that the command registers for servers that run. The process of the tests executes the command."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._servers = servers
        self._file = folder / "manifest.json"

    def register(self, id: str, text: str, *options: str) -> None:
        self._file.write_text(json.dumps({id: text}))
        with connected_to(self._servers.database_url):
            call_command("register_documents", self._file, *options, stdout=StringIO())


@pytest.fixture
def registry(
    servers: Servers, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Registry]:
    with django_db_blocker.unblock():
        yield Registry(servers, tmp_path)


def ask(server: Server, id: str, token: str | None, **options: Any) -> Response:
    return server.ask("", documentId=id, token=token, **options)


def data(response: Response) -> list[str]:
    content = json.loads(response.content)
    return (
        list(content["data"]) if "data" in content else [content["errors"][0]["extensions"]["code"]]
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_change_of_a_registration_takes_effect_at_once(
    servers: Servers, registry: Registry, method: str
) -> None:
    token, id = servers.tokens["teacher"], uuid.uuid4().hex
    processes = servers.cached, servers.other, servers.uncached
    registry.register(id, PROGRAMS)
    for _ in range(2):
        for each in processes:
            assert data(ask(each, id, token, method=method)) == ["programs"]
    # The answers of two processes are kept now.
    assert servers.cached.statements() == servers.other.statements() == 1

    registry.register(id, SCHOOL, "--replace")
    for _ in range(2):
        for each in processes:
            assert data(ask(each, id, token, method=method)) == ["school"]

    registry.register(id, SCHOOL, "--remove")
    for _ in range(2):
        for each in processes:
            assert data(ask(each, id, token, method=method)) == ["PERSISTED_QUERY_NOT_FOUND"]

    registry.register(id, PROGRAMS)
    for each in processes:
        assert data(ask(each, id, token, method=method)) == ["programs"]


def test_known_document_takes_as_many_statements_as_its_text(
    servers: Servers, registry: Registry
) -> None:
    token, id = servers.tokens["teacher"], uuid.uuid4().hex
    registry.register(id, PROGRAMS)
    server = servers.uncached
    for _ in range(2):
        ask(server, id, token)
    by_id = server.statements()
    for _ in range(2):
        server.ask(PROGRAMS, token=token)
    assert by_id == server.statements()


def test_anonymous_client_gets_a_new_document_at_once(servers: Servers, registry: Registry) -> None:
    id = uuid.uuid4().hex
    assert data(ask(servers.cached, id, None)) == ["PERSISTED_QUERY_NOT_FOUND"]
    registry.register(id, SCHOOL)
    for each in servers.cached, servers.other:
        assert data(ask(each, id, None)) == ["school"]
