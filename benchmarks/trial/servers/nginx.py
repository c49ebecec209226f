"""nginx in front of the product."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.trial.servers.processes import Process
from scripts.server import HOST, free_port

_CONFIGURATION = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_header_timeout 10s;
    upstream primepath {{
        server {host}:{server_port};
        keepalive 32;
    }}
    server {{
        listen {host}:{port} backlog=4096;
        location / {{
            proxy_pass http://primepath;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}
}}
"""


class Nginx:
    """Passes requests on to the product on ``server_port``."""

    def __init__(self, folder: Path, server_port: int) -> None:
        program = shutil.which("nginx")
        if program is None:
            raise RuntimeError("nginx is not installed.")
        self.port = free_port()
        folder.mkdir()
        file = folder / "nginx.conf"
        file.write_text(_configuration(folder, self.port, server_port))
        self._process = Process([program, "-c", str(file)], folder / "nginx.log", folder=folder)
        self._process.wait_for_port(self.port)

    def stop(self) -> None:
        self._process.stop()


def _configuration(folder: Path, port: int, server_port: int) -> str:
    return _CONFIGURATION.format(folder=folder, host=HOST, port=port, server_port=server_port)
