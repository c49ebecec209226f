"""``manage.py serve``"""

from __future__ import annotations

import logging
import os
import shutil
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from prometheus_client.multiprocess import mark_process_dead

from primepath.server.nested_timeouts import longest_request
from primepath.server.processes.listeners import open_ports, open_socket_file
from primepath.server.processes.supervisor import Supervisor

_METRICS = "PROMETHEUS_MULTIPROC_DIR"
# After the longest request, a process ends what is left and closes its connections.
_MARGIN_SECONDS = 5

logger = logging.getLogger("primepath.serve")


class Command(BaseCommand):
    help = (
        "Serves PrimePath, with limits for connections. SIGHUP replaces the processes one after another, without "
        "refusing a request. SIGTERM stops the server after the requests that run."
    )
    requires_system_checks = ["primepath"]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--processes", type=int, default=1, help="Number of processes. Defaults to %(default)s."
        )
        parser.add_argument("--host", default="127.0.0.1", help="Defaults to %(default)s.")
        parser.add_argument("--port", type=int, default=8000, help="Defaults to %(default)s.")
        parser.add_argument(
            "--separate-ports",
            action="store_true",
            help="Let each process listen on a port of its own: the port and the following ones. A proxy can then send "
            "each request to the process with the fewest requests.",
        )
        parser.add_argument("--uds", type=Path, help="Listen on this Unix socket, and on no port.")

    def handle(
        self,
        *args: Any,
        processes: int,
        host: str,
        port: int,
        separate_ports: bool,
        uds: Path | None,
        **options: Any,
    ) -> None:
        if processes < 1:
            raise CommandError("--processes must be at least 1.")
        try:
            if uds is not None:
                listeners = [open_socket_file(uds)] * processes
            else:
                listeners = [*open_ports(host, port, processes, separate=separate_ports)]
        except (OSError, OverflowError) as error:
            place = str(uds) if uds else f"Port {port} of {host}"
            raise CommandError(f"{place} cannot be used: {error}.") from None
        if processes > 1:
            os.environ[_METRICS] = str(_emptied(settings.VAR_DIR / "metrics"))
        else:
            os.environ.pop(_METRICS, None)
        addresses = ", ".join(dict.fromkeys(map(_address, listeners)))
        supervisor = Supervisor(
            listeners,
            end_seconds=longest_request() + _MARGIN_SECONDS,
            on_ready=lambda: logger.info(
                "PrimePath serves on %s, processes: %d", addresses, processes
            ),
            on_end=_forget_metrics,
        )
        try:
            if not supervisor.run():
                raise SystemExit(1)
        finally:
            if uds is not None:
                uds.unlink(missing_ok=True)


def _address(listener: socket.socket) -> str:
    if listener.family == socket.AF_UNIX:
        return str(listener.getsockname())
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _emptied(folder: Path) -> Path:
    """Return the folder without the metrics of earlier processes, because their ids can occur again."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _forget_metrics(process_id: int) -> None:
    """Remove the gauges of a process. Its counters still count."""
    if _METRICS in os.environ:
        mark_process_dead(process_id)  # type: ignore[no-untyped-call]
