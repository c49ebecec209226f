"""A real nginx in front of a server, with the shipped configuration."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.nginx import adapted, whole_configuration
from scripts.server import free_port, serving


def shipped_configuration(
    port: int, server_ports: tuple[int, ...], prefix: str = "", *, removes_prefix: bool = False
) -> str:
    """Return the shipped configuration for plain HTTP on ``port`` of this machine.

    Under a ``prefix``, it passes paths on with the prefix or without it, as docs/production/proxy.md shows.
    """
    text = adapted(port, server_ports)
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
    options = "master_process off; worker_rlimit_nofile 4096;"
    file.write_text(whole_configuration(shipped, folder, options=options, connections=2_000))
    with serving([program, "-c", str(file)], port, folder / "nginx.log"):
        yield f"http://127.0.0.1:{port}{prefix}"
