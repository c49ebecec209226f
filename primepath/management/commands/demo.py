"""``manage.py demo``"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from primepath.demo.accounts import (
    ADMINISTRATOR,
    DEMO_PASSWORD,
    HEAD_TEACHER,
    NEWCOMER,
    TEACHER,
)
from primepath.demo.seed_demo import seed_demo
from primepath.domain.visibility import Visibility
from primepath.server.processes.uvicorn_server import LimitedServer, server_config
from primepath.services.accounts.tokens import create_token, find_token

HOST = "127.0.0.1"
_QUERY = "{ scheduleMatrix { academicYear rows { schoolClass { code } cells { period status examCount } } } }"
_WELCOME = """
PrimePath is running with a demo school. Press Ctrl-C to stop it. Your changes are kept.

  Schedule   {address}/ shows the whole matrix, loaded by one query
  API        {address}/graphql
  Explorer   {address}/graphql in a browser
  Admin      {address}/admin/

  Sign in with the password {password} as
  {head:<10} head teacher: sees and changes all 60 classes
  {teacher:<10} teacher with access to five classes, one of them expired
  {newcomer:<10} teacher without a class
  {administrator:<10} administrator of the site

  Token of the head teacher:
  {token}

  To query the whole matrix (60 classes x 16 periods), paste this into another terminal:

curl -s {address}/graphql -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{{"query":"{query}"}}'
"""


class Command(BaseCommand):
    help = "Creates the database, adds a demo school, and runs the server, for this machine only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="Defaults to %(default)s.")

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        _check_port(port)
        # Only this machine can reach the server.
        settings.INTROSPECTION = settings.FIELD_SUGGESTIONS = settings.EXPLORER = (
            Visibility.EVERYONE
        )
        self.stdout.write("Preparing the database")
        call_command("migrate", verbosity=0, interactive=False)
        seed_demo(report=self.stdout.write)
        welcome = _WELCOME.format(
            address=f"http://{HOST}:{port}",
            password=DEMO_PASSWORD,
            head=HEAD_TEACHER,
            teacher=TEACHER,
            newcomer=NEWCOMER,
            administrator=ADMINISTRATOR,
            token=_demo_token(),
            query=_QUERY,
        )
        connections.close_all()
        server = LimitedServer(
            server_config(host=HOST, port=port), on_start=lambda: self.stdout.write(welcome)
        )
        # By now, Ctrl-C has already shut the server down cleanly.
        with suppress(KeyboardInterrupt):
            server.run()


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Port {port} of {HOST} cannot be used ({error}). Choose another port: make demo PORT=8001"
            ) from None


def _demo_token() -> str:
    """Return the head teacher's token of the last run if it is still valid, so that pasted commands keep working."""
    file = settings.VAR_DIR / "demo-token"
    if file.exists() and find_token(token := file.read_text()):
        return token
    token, _ = create_token(user=User.objects.get(username=HEAD_TEACHER), name="Demo")
    file.touch(mode=0o600)
    file.write_text(token)
    return token
