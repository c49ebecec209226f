"""A real nginx in front of a server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.server import free_port, serving

# As docs/production/install.md shows it.
_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location {prefix}/ {{
            proxy_pass http://127.0.0.1:{server_port}{passed_on};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}
}}
"""


@contextmanager
def nginx(folder: Path, server_port: int, prefix: str, *, removes_prefix: bool) -> Iterator[str]:
    """Serve the server under a path, and yield its address. Skips the test if nginx is not installed."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is not installed.")
    port = free_port()
    file = folder / f"nginx-{port}.conf"
    file.write_text(
        _CONFIGURATION.format(
            folder=folder,
            port=port,
            prefix=prefix,
            server_port=server_port,
            passed_on="/" if removes_prefix else "",
        )
    )
    with serving([program, "-c", str(file)], port, folder / "nginx.log"):
        yield f"http://127.0.0.1:{port}{prefix}"
