"""A real nginx in front of a server, with the shipped configuration."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.server import free_port, serving
from tests.pages import ROOT

SHIPPED = ROOT / "deploy" / "nginx.conf"
_AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
worker_rlimit_nofile 4096;
events {{ worker_connections 2000; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{shipped}
}}
"""


def shipped_configuration(
    port: int, server_ports: tuple[int, ...], prefix: str = "", *, removes_prefix: bool = False
) -> str:
    """Return the shipped configuration for plain HTTP on ``port`` of this machine, without a log.

    Under a ``prefix``, it passes paths on with the prefix or without it, as docs/production/install.md shows.
    """
    text = SHIPPED.read_text()
    # The first server only redirects to HTTPS.
    text = re.sub(r"\nserver \{\n    listen 80;.*?\n\}\n", "\n", text, flags=re.DOTALL)
    text = re.sub(r"\n    (ssl_\w+|listen \[::\]|access_log) ?[^;]*;", "", text)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    (listed,) = re.findall(r"(?:    server [\d.:]+ [^;]*;\n)+", text)
    options = listed.splitlines()[0].split()[2]
    servers = "".join(f"    server 127.0.0.1:{each} {options}\n" for each in server_ports)
    text = text.replace(listed, servers)
    if prefix:
        text = text.replace("location / {", f"location {prefix}/ {{")
    if removes_prefix:
        rule = f"rewrite ^{prefix}(/.*)$ $1 break;"
        text = text.replace("        proxy_pass http", f"        {rule}\n        proxy_pass http")
    return text


@contextmanager
def nginx(
    folder: Path,
    server_port: int | tuple[int, ...],
    prefix: str = "",
    *,
    removes_prefix: bool = False,
) -> Iterator[str]:
    """Serve the server under a path, and yield its address. Skips the test if nginx is not installed.

    With several ports, nginx distributes requests over them.
    """
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed.")
    port = free_port()
    ports = server_port if isinstance(server_port, tuple) else (server_port,)
    file = folder / f"nginx-{port}.conf"
    shipped = shipped_configuration(port, ports, prefix, removes_prefix=removes_prefix)
    file.write_text(_AROUND.format(folder=folder, shipped=shipped))
    with serving([program, "-c", str(file)], port, folder / "nginx.log"):
        yield f"http://127.0.0.1:{port}{prefix}"
