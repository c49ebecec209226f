"""nginx in front of the product, with the shipped configuration."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.trial.servers.processes import Process
from scripts.server import HOST, ROOT, free_port

_SHIPPED = ROOT / "deploy" / "nginx.conf"
# What a distribution has in its own nginx.conf.
_AROUND = """
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log warn;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""
_PLAIN = """
access_log off;
upstream primepath {
    server 127.0.0.1:8000;
    keepalive 32;
}
server {
    listen 443 ssl;
    location / {
        proxy_pass http://primepath;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
}
"""


class Nginx:
    """Passes requests on to the product on ``server_ports``."""

    def __init__(self, folder: Path, server_ports: Sequence[int]) -> None:
        program = shutil.which("nginx")
        if program is None:
            raise RuntimeError("nginx is not installed.")
        self.port = free_port()
        folder.mkdir()
        file = folder / "nginx.conf"
        shipped = _SHIPPED.read_text() if _SHIPPED.exists() else _PLAIN
        site = adapted(shipped, self.port, server_ports)
        file.write_text(_AROUND.format(folder=folder, site=site))
        self._process = Process([program, "-c", str(file)], folder / "nginx.log", folder=folder)
        self._process.wait_for_port(self.port)

    def stop(self) -> None:
        self._process.stop()


def adapted(shipped: str, port: int, server_ports: Sequence[int]) -> str:
    """Return the shipped configuration for plain HTTP on ``port`` of this machine, without a log."""
    # The first server only redirects to HTTPS.
    text = re.sub(r"\nserver \{\n    listen 80;.*?\n\}\n", "\n", shipped, flags=re.DOTALL)
    text = re.sub(r"\n    (ssl_\w+|listen \[::\]|access_log) ?[^;]*;", "", text)
    # As many connections can wait as the trial opens together.
    text = text.replace("listen 443 ssl;", f"listen {HOST}:{port} backlog=4096;")
    (listed,) = re.findall(r"(?:    server [\d.:]+[^;]*;\n)+", text)
    options = listed.splitlines()[0].strip(" ;").split()[2:]
    lines = (" ".join([f"    server {HOST}:{each}", *options]) + ";\n" for each in server_ports)
    return text.replace(listed, "".join(lines))
