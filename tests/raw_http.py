"""Connections that send what no HTTP library sends."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.processes import PATIENCE


@contextmanager
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        yield client


def send_until_closed(client: socket.socket, first: bytes, repeated: bytes, most: int) -> int:
    """Send ``first``, and then ``repeated`` until the server closes. Return the number of bytes, at most ``most``."""
    sent = 0
    with suppress(OSError):
        client.sendall(first)
        while sent < most:
            client.sendall(repeated)
            sent += len(repeated)
    return sent


def read_all(client: socket.socket) -> bytes:
    """Return what the server sends until it closes the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while part := client.recv(65_536):
            received += part
    return received


def status(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])
