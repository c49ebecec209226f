"""Serve the demo school of the database on a free port of this machine: ``python -m tests.serve_demo``. Print the port."""

from __future__ import annotations

import os
import socket
import sys

from primepath.asgi import application
from primepath.server.processes.uvicorn_server import LimitedServer, server_config
from tests.demo_day import use_demo_day


def main() -> None:
    use_demo_day()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # From here on, clients can connect: their connections wait in the listener's queue.
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = server_config(application, root_path=os.environ.get("UVICORN_ROOT_PATH", ""))
        LimitedServer(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
