"""A real server of the product with a database that is slow on request: ``python -m tests.concurrency.slow_server``.

It prints its port. An operation named ``Slow_TABLE`` waits in its SELECT on the table until its checkpoint raises, because
the client has disconnected. ``GET /state`` returns what operations did and what they left.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import socket
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import uvicorn
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from loaders import dispatch
from primepath.asgi import application as product
from schema.http import run_operation
from schema.operation.execute import execute
from schema.operation.prepare import PreparedOperation

PATIENCE = 20
_STATEMENT = re.compile(
    r'(SELECT|INSERT|UPDATE|DELETE)\b.*?\b(?:FROM|INTO|UPDATE) "(\w+)"', re.DOTALL
)
# The statement that authenticates a request has subqueries before it reads its own table.
_AUTHENTICATION = "primepath_apitoken"

_did: list[str] = []
_loops: weakref.WeakSet[dispatch.OperationLoop] = weakref.WeakSet()


class _Loop(dispatch.OperationLoop):
    """A loop that is known as long as it exists. A future or a task refers to its loop."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        _loops.add(self)


class _Operation(threading.local):
    """The operation that this thread runs."""

    name = ""
    checkpoint: Callable[[], None] = staticmethod(lambda: None)


_operation = _Operation()


def _execute(
    operation: PreparedOperation, *, checkpoint: Callable[[], None], **options: Any
) -> Any:
    _operation.name = operation.name or ""
    _operation.checkpoint = checkpoint
    try:
        result = execute(operation, checkpoint=checkpoint, **options)
    except BaseException as error:
        _did.append(type(error).__name__)
        raise
    finally:
        _operation.name = ""
    _did.append("answered")
    return result


def _note(run: Any, sql: str, *args: Any) -> Any:
    result = run(sql, *args)
    if statement := _STATEMENT.match(sql):
        verb, table = statement.groups()
        if f'FROM "{_AUTHENTICATION}"' in sql:
            table = _AUTHENTICATION
        _did.append(f"{verb} {table}")
        if _operation.name == f"Slow_{table}" and verb == "SELECT":
            _wait_until_the_client_has_gone()
    return result


def _wait_until_the_client_has_gone() -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            _operation.checkpoint()
        except Exception:
            return
        time.sleep(0.01)


def _watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _note not in connection.execute_wrappers:
        connection.execute_wrappers.append(_note)


async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] != "http" or scope["path"] != "/state":
        await product(scope, receive, send)
        return
    # Not gc.get_objects(): a tuple that another thread is building must have no other reference.
    gc.collect()
    state = {
        "did": _did,
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "loops": len(_loops),
    }
    await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": False})
    body = json.dumps(state).encode()
    await send({"type": "http.response.body", "body": body, "more_body": False})


def main() -> None:
    vars(run_operation)["execute"] = _execute
    vars(dispatch)["OperationLoop"] = _Loop
    connection_created.connect(_watch)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(application, log_level="warning", lifespan="off")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
