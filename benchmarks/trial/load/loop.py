"""The thread with the event loop of all clients, so that scenarios can be plain functions."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

import uvloop

_Result = TypeVar("_Result")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = uvloop.new_event_loop()
    threading.Thread(target=loop.run_forever, name="clients", daemon=True).start()
    return loop


def start(work: Coroutine[Any, Any, _Result]) -> Future[_Result]:
    """Run ``work`` in the clients' thread."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


def run(work: Coroutine[Any, Any, _Result], *, seconds: float | None = None) -> _Result:
    """Run ``work`` in the clients' thread and return its result. Raises `TimeoutError` after ``seconds``."""
    return start(work).result(seconds)


async def pause(seconds: float) -> None:
    await asyncio.sleep(seconds)
