"""A client of the API, without a server."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.test import Client

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"


def sha256(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


class Api:
    """A client, signed in or not."""

    def __init__(self, token: str | None = None) -> None:
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def post(self, *, accept: str = "*/*", **members: Any) -> Response:
        headers = {**self._headers, "Accept": accept}
        return Client().post("/graphql", members, content_type=JSON, headers=headers)

    def get(self, *, accept: str = "*/*", **members: Any) -> Response:
        parameters = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in members.items()
        }
        headers = {**self._headers, "Accept": accept}
        return Client().get("/graphql", parameters, headers=headers)

    def send(self, method: str, **members: Any) -> Response:
        return self.get(**members) if method == "GET" else self.post(**members)
