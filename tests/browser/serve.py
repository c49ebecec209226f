"""The product, serving the demo school on a free port of this machine: ``python -m tests.browser.serve``.

When it can be reached, it prints a line of JSON: its ``port``, and ``tokens``, one of each account that the tests use.
"""

from __future__ import annotations

import json
import socket
import sys

import uvicorn
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections

from primepath.asgi import application
from primepath.services.demo.accounts import HEAD_TEACHER, TEACHER
from primepath.services.seed_demo import seed_demo
from primepath.services.tokens import create_token


def main() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    seed_demo(report=lambda line: None)
    users = get_user_model().objects.in_bulk((HEAD_TEACHER, TEACHER), field_name="username")
    tokens = {name: create_token(user=user, name="test")[0] for name, user in users.items()}
    connections.close_all()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(json.dumps({"port": listener.getsockname()[1], "tokens": tokens}) + "\n")
        sys.stdout.flush()
        uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
