"""The sockets on which ``manage.py serve`` listens.

The supervisor opens one for each process and keeps all of them. So a process can be replaced without refusing or losing a
connection: connections wait in the queue of its socket. If all processes waited on the same socket, one of them
could accept a burst of connections alone.
"""

from __future__ import annotations

import socket
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

# Connections that wait until the process accepts them. The kernel's limit, net.core.somaxconn, is 4,096 by default.
_QUEUE = 2_048


def open_ports(host: str, port: int, number: int, *, separate: bool) -> Sequence[socket.socket]:
    """Listen with ``number`` sockets on ``port``, or on ``port`` and the following ones if ``separate``.

    Port 0 is a free one, for each socket if ``separate``. Raises `OSError` if a port cannot be used.
    """
    sockets: list[socket.socket] = []
    shared = number > 1 and not separate
    try:
        if shared:
            # Sockets that share a port could also join another server of the same user.
            with _bound(host, port, shared=False) as probe:
                port = probe.getsockname()[1]
        for index in range(number):
            own = port + index if separate and port else port
            sockets.append(_bound(host, own, shared=shared))
            sockets[-1].listen(_QUEUE)
    except BaseException:
        for each in sockets:
            each.close()
        raise
    return sockets


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
    except BaseException:
        listener.close()
        raise
    return listener


def open_socket_file(path: Path) -> socket.socket:
    """Listen on a Unix socket, for this user and its group. Raises `OSError` if another server uses the file."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
            with socket.socket(socket.AF_UNIX) as probe, suppress(ConnectionRefusedError):
                probe.connect(str(path))
                raise OSError("another server listens on it")
            # Left by a server that was killed.
            path.unlink()
        listener.bind(str(path))
        path.chmod(0o660)
        listener.listen(_QUEUE)
    except BaseException:
        listener.close()
        raise
    return listener
