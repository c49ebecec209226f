"""A Redis server for one test module, on a free port."""

from __future__ import annotations

import math
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis.retry
from django.core.cache import cache
from django.test import override_settings
from django_redis import get_redis_connection

from primepath.database import caches as cache_settings
from primepath.environment import Environment

_TIMEOUT_SECONDS = 10


class RedisServer:
    """A server that stores nothing on disk. Tests can kill, pause and restart it."""

    def __init__(self, program: str) -> None:
        self._program = program
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        if self._process is not None:
            return
        options = ["--bind", "127.0.0.1", "--port", str(self._port), "--save", ""]
        self._process = subprocess.Popen(
            [self._program, *options, "--appendonly", "no"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    self.kill()
                    raise
                time.sleep(0.01)
            else:
                return

    def kill(self) -> None:
        """Kill the server, like a crash."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the server from responding. It still accepts connections."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


@contextmanager
def cached_in(server: RedisServer) -> Iterator[None]:
    """Configure the caches as ``REDIS_URL`` does, with this server, which runs at both ends of the block."""
    with override_settings(CACHES=cache_settings(Environment({"REDIS_URL": server.url}))):
        server.start()
        wait_until_redis_is_used()
        cache.clear()
        yield
        server.start()
        wait_until_redis_is_used()
        get_redis_connection("default").connection_pool.disconnect()


def wait_until_redis_is_used() -> None:
    """Wait until the probe of the breaker has found that Redis answers again."""
    pool: Any = get_redis_connection("default").connection_pool
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while pool.breaker.is_open:
        assert time.monotonic() < deadline, "the breaker of Redis stays open"
        time.sleep(0.01)
    # The probe closes the breaker first, and then logs it.
    for thread in threading.enumerate():
        if thread.name == "redis-probe":
            thread.join(_TIMEOUT_SECONDS)


class Waits:
    """The longest time that sockets and pauses can delay the calling thread, as the sum of their limits.

    It needs no clock, so it is the same on a busy machine.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._thread = threading.get_ident()

    def limit(self, name: str) -> Callable[..., Any]:
        """The method of a socket, with its timeout added."""
        method = getattr(socket.socket, name)

        def limited(own: socket.socket, *arguments: Any) -> Any:
            timeout = own.gettimeout()
            self.pause(math.inf if timeout is None else timeout)
            return method(own, *arguments)

        return limited

    def pause(self, seconds: float) -> None:
        # The probe of the breaker has a thread of its own.
        if threading.get_ident() == self._thread:
            self.seconds += seconds


@contextmanager
def waits() -> Iterator[Waits]:
    """Add up what this thread may wait for a Redis server in the block. A command is short, so sending it never waits."""
    found = Waits()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "recv", "recv_into"):
            patch.setattr(socket.socket, name, found.limit(name))
        patch.setattr(redis.retry, "sleep", found.pause)
        yield found


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A running server. Skips the test if Redis is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip(
            "redis-server is not installed; the cache in the process is tested all the same"
        )
    server = RedisServer(program)
    server.start()
    try:
        yield server
    finally:
        server.kill()
