"""Sign in, with the API and with the form of the sign-in page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from benchmarks.trial.load.connection import Answer, Connection, LostError
from benchmarks.trial.load.operations import SIGN_IN, graphql, http

_PATH = "/sign-in/"
_CSRF_FIELD = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')


async def sign_in(port: int, name: str, password: str) -> Answer:
    """Send the mutation on a connection of its own. Raises `LostError` and `OSError`."""
    connection = await Connection.open(port)
    try:
        variables = {"input": {"username": name, "password": password}}
        return await connection.send(graphql(SIGN_IN, variables))
    finally:
        connection.close()


@dataclass
class SignInForm:
    """The form of the sign-in page, as a browser has loaded it."""

    connection: Connection
    cookie: str
    token: str

    @classmethod
    async def load(cls, port: int, *, source: str | None = None) -> Self:
        """Open the page from the address ``source``. Raises `LostError`, also if the page has no form, and `OSError`."""
        connection = await Connection.open(port, source=source)
        page = await connection.send(http("GET", _PATH), patience=20)
        tokens = _CSRF_FIELD.findall(page.body)
        if not (tokens and page.cookies):
            connection.close()
            raise LostError(f"The sign-in page has no form, but status {page.status}.")
        return cls(connection, page.cookies[0].partition(";")[0], tokens[0].decode())

    async def post(self, name: str, password: str) -> Answer:
        """Send the form. Raises `LostError`."""
        fields = {"username": name, "password": password, "csrfmiddlewaretoken": self.token}
        request = http(
            "POST",
            _PATH,
            urlencode(fields).encode(),
            content_type="application/x-www-form-urlencoded",
            headers={"Cookie": self.cookie, "Referer": f"http://127.0.0.1{_PATH}"},
        )
        return await self.connection.send(request, patience=20)
