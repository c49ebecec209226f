"""The product, serving the demo school on a free port of this machine: ``python -m tests.serve_demo [TODAY]``.

``TODAY``, a date, takes the place of the day that it is: the demo's data follow from it. When it can be reached, it prints a line of JSON: its ``port``, and ``tokens``, one of each account of the demo.
"""

from __future__ import annotations

import datetime
import json
import socket
import sys

import uvicorn
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from primepath.asgi import application
from primepath.demo.accounts import ADMINISTRATOR, HEAD_TEACHER, NEWCOMER, TEACHER
from primepath.demo.seed_demo import seed_demo
from primepath.services.accounts.tokens import create_token

_ACCOUNTS = (HEAD_TEACHER, TEACHER, NEWCOMER, ADMINISTRATOR)


def _prepare() -> dict[str, str]:
    """Fills the database; a token of each account."""
    call_command("migrate", verbosity=0, interactive=False)
    seed_demo(report=lambda line: None)
    users = get_user_model().objects.in_bulk(_ACCOUNTS, field_name="username")
    tokens = {name: create_token(user=users[name], name="test")[0] for name in _ACCOUNTS}
    connections.close_all()
    return tokens


def main() -> None:
    if arguments := sys.argv[1:]:
        today = datetime.date.fromisoformat(arguments[0])
        timezone.localdate = lambda *_: today
    tokens = _prepare()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Whoever connects from here on is answered: the connection waits in the listener's queue.
        sys.stdout.write(json.dumps({"port": listener.getsockname()[1], "tokens": tokens}) + "\n")
        sys.stdout.flush()
        config = uvicorn.Config(application, log_level="warning")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
