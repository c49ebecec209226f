"""The limits on the body of a request and on the number of values in its variables."""

from __future__ import annotations

import asyncio
import json
import tempfile
from typing import IO, Any

import pytest
from django.test import Client
from pytest_django import Settings

from primepath.server.handler import OneThreadHandler
from tests.schema.http.test_view import JSON, SCHOOL, errors_of, send

LIMIT = 1_048_576
MESSAGE = "The body has {} bytes, which exceeds the limit of 1048576."


def body_of(length: int) -> bytes:
    return json.dumps({"query": SCHOOL}).encode().ljust(length)


def test_body_at_the_limit_is_accepted_and_above_it_rejected() -> None:
    assert send(body_of(LIMIT)).json()["data"]["school"]["name"]
    response = send(body_of(LIMIT + 1))
    assert response.status_code == 413
    (error,) = errors_of(response)
    assert error == {
        "message": MESSAGE.format(LIMIT + 1),
        "extensions": {"code": "LIMIT_EXCEEDED", "limit": LIMIT, "actual": LIMIT + 1},
    }


class Upload:
    """A body that is sent in chunks, without its length."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = iter(chunks)
        self._left = len(chunks)
        self.answered = asyncio.Event()
        self.status = 0
        self.body = b""

    async def receive(self) -> dict[str, Any]:
        if not self._left:
            await self.answered.wait()
            return {"type": "http.disconnect"}
        self._left -= 1
        return {"type": "http.request", "body": next(self._chunks), "more_body": self._left > 0}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message["body"]
            self.answered.set()


SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/graphql",
    "query_string": b"",
    "headers": [(b"host", b"localhost"), (b"content-type", JSON.encode())],
}


class CountingFile:
    """A file that counts the bytes written to all files of its class."""

    written = 0

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        CountingFile.written += len(data)
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def upload(chunks: list[bytes]) -> tuple[int, Any]:
    async def run() -> tuple[int, Any]:
        sent = Upload(chunks)
        await asyncio.wait_for(OneThreadHandler()(dict(SCOPE), sent.receive, sent.send), 20)
        return sent.status, json.loads(sent.body)

    return asyncio.run(run())


@pytest.mark.django_db(transaction=True)
def test_body_is_stored_only_up_to_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make = tempfile.SpooledTemporaryFile
    monkeypatch.setattr(
        tempfile, "SpooledTemporaryFile", lambda **options: CountingFile(make(**options))
    )
    monkeypatch.setattr(CountingFile, "written", 0)
    status, answer = upload([b" " * 65_536] * 1_000)
    assert status == 413
    (error,) = answer["errors"]
    assert error["message"] == "The body exceeds the limit of 1048576 bytes."
    assert error["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": LIMIT}
    assert LIMIT < CountingFile.written <= LIMIT + 65_536


@pytest.mark.django_db(transaction=True)
def test_chunked_body_is_read_up_to_the_limit() -> None:
    text = body_of(LIMIT)
    status, answer = upload([text[at : at + 100_000] for at in range(0, LIMIT, 100_000)])
    assert (status, list(answer)) == (200, ["data"])


def post_with(rest: int) -> Any:
    """Send a request with variables of 19,002 values, lists included, and this number more."""
    variables = {"lists": [[0] * 999] * 19, "rest": [0] * rest}
    return Client().post("/graphql", {"query": SCHOOL, "variables": variables}, JSON).json()


def test_variables_at_the_limit_are_accepted_and_above_it_rejected() -> None:
    assert list(post_with(998)) == ["data"]
    assert post_with(999) == {
        "errors": [
            {
                "message": "The variables have at least 20001 values, which exceeds the limit of 20000.",
                "extensions": {"code": "LIMIT_EXCEEDED", "limit": 20_000},
            }
        ]
    }


def test_nested_variables_are_counted_without_recursion(settings: Settings) -> None:
    settings.MAX_VARIABLE_VALUES = 900
    nested: Any = 0
    for _ in range(901):
        nested = [nested]
    body = json.dumps({"query": SCHOOL, "variables": {"a": nested}})
    assert "901 values" in send(body).json()["errors"][0]["message"]
