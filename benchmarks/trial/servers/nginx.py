"""nginx in front of the product, with the shipped configuration."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.trial.servers.processes import Process
from scripts.nginx import adapted, whole_configuration
from scripts.server import free_port

# As many connections can wait as the trial opens together.
_BACKLOG = 4_096


class Nginx:
    """Passes requests on to the product on ``server_ports``."""

    def __init__(self, folder: Path, server_ports: Sequence[int]) -> None:
        program = shutil.which("nginx")
        if program is None:
            raise RuntimeError("nginx is not installed.")
        self.port = free_port()
        folder.mkdir()
        file = folder / "nginx.conf"
        site = adapted(self.port, server_ports, backlog=_BACKLOG)
        options = "worker_processes 1; worker_rlimit_nofile 8192;"
        log = f"{folder}/nginx-error.log"
        file.write_text(
            whole_configuration(site, folder, options=options, connections=4_096, log=log)
        )
        self._process = Process([program, "-c", str(file)], folder / "nginx.log", folder=folder)
        self._process.wait_for_port(self.port)

    def stop(self) -> None:
        self._process.stop()
