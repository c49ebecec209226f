"""The shipped configuration of nginx, adapted to a machine without its host name, certificates and ports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from scripts.server import HOST, ROOT

SHIPPED = ROOT / "deploy" / "nginx.conf"
# What a distribution has in its own nginx.conf.
_AROUND = """
daemon off;
{options}
pid {folder}/nginx.pid;
error_log {log} warn;
events {{ worker_connections {connections}; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""
# The shipped file is for two processes.
_REQUESTS_PER_PROCESS = 100


def adapted(port: int, server_ports: Sequence[int], *, backlog: int = 511) -> str:
    """Return the shipped configuration for plain HTTP on ``port`` of this machine.

    ``backlog``: number of connections that can wait to be accepted.
    """
    # The first server only redirects to HTTPS.
    text = re.sub(
        r"\nserver \{\n    listen 80;.*?\n\}\n", "\n", SHIPPED.read_text(), flags=re.DOTALL
    )
    text = re.sub(r"\n    (ssl_\w+|listen \[::\]) ?[^;]*;", "", text)
    limit = _REQUESTS_PER_PROCESS * len(server_ports)
    text = re.sub(r"(limit_conn primepath_requests) \d+;", rf"\1 {limit};", text)
    text = text.replace("listen 443 ssl;", f"listen {HOST}:{port} backlog={backlog};")
    (listed,) = re.findall(r"(?:    server [\d.:]+ [^;]*;\n)+", text)
    # The shipped file has each process twice: in use, and as a backup.
    each_options = dict.fromkeys(line.split(maxsplit=2)[2] for line in listed.splitlines())
    servers = "".join(
        f"    server {HOST}:{each} {options}\n" for options in each_options for each in server_ports
    )
    return text.replace(listed, servers)


def whole_configuration(
    site: str, folder: Path, *, options: str, connections: int, log: str = "stderr"
) -> str:
    """Return a complete configuration around ``site``. nginx writes only into ``folder``.

    ``options``: further lines, each with a semicolon. ``connections``: connections of a process.
    """
    site = site.replace("/var/log/nginx/", f"{folder}/")
    return _AROUND.format(
        site=site, folder=folder, options=options, connections=connections, log=log
    )
