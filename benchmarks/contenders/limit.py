"""The least that an answer can cost: one SQL statement that builds the JSON, in an ASGI application without a framework.

It takes the token and the variables of `benchmarks.operations.matrix_query`, and ignores the document. The statement also
authenticates the caller and applies the rules about visible classes. It knows one document only, and has no limits, log,
errors or missing cells.

It runs in a server of its own: ``uvicorn benchmarks.contenders.limit:application``. Its database is ``DATABASE_URL``.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

import orjson
from psycopg import AsyncConnection

# As many as the pool of the API has.
_CONNECTIONS = 4
_STATEMENT = Path(__file__).with_suffix(".sql").read_text()


class _Database:
    """Connections that are opened when they are first needed."""

    def __init__(self) -> None:
        self._free: asyncio.LifoQueue[AsyncConnection[Any] | None] = asyncio.LifoQueue()
        for _ in range(_CONNECTIONS):
            self._free.put_nowait(None)

    async def answer(self, token: str, year: int, codes: list[str] | None) -> bytes | None:
        """Return the JSON. None if the token is not valid."""
        connection = await self._free.get()
        try:
            if connection is None:
                connection = await AsyncConnection.connect(
                    os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0
                )
            digest = hashlib.sha256(token.encode()).hexdigest()
            cursor = await connection.execute(
                _STATEMENT, {"digest": digest, "year": year, "codes": codes}
            )
            ((callers, text),) = await cursor.fetchall()
        finally:
            self._free.put_nowait(connection)
        return text.encode() if callers else None


_database: list[_Database] = []


async def application(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI application."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    variables = orjson.loads(body)["variables"]
    header = dict(scope["headers"]).get(b"authorization", b"")
    if not _database:
        _database.append(_Database())
    answer = await _database[0].answer(
        header.decode().removeprefix("Bearer "), variables["year"], variables.get("codes")
    )
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(answer or b"")).encode()),
    ]
    status = 401 if answer is None else 200
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": answer or b""})
