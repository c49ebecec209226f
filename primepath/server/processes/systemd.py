"""Messages to systemd, which starts the service with ``Type=notify``."""

from __future__ import annotations

import os
from socket import AF_UNIX, SOCK_DGRAM, socket


def notify_systemd(state: str) -> None:
    """Send a state such as READY=1. Does nothing if systemd did not start this process."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # An address in the abstract namespace begins with NUL, which an environment variable cannot contain.
    with socket(AF_UNIX, SOCK_DGRAM) as channel:
        channel.sendto(state.encode(), "\0" + address[1:] if address[0] == "@" else address)
