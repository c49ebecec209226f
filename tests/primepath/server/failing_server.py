"""The demo server with functions that fail and quote what they were given: ``python -m tests.primepath.server.failing_server``."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

# First: it loads Django's apps.
import primepath.asgi  # noqa: F401
from primepath.services.accounts.sign_in import TeacherBackend
from primepath.services.accounts.tokens import find_token as _find_token
from schema.http import authentication, run_operation
from schema.operation.prepare import prepare as _prepare
from tests import serve_demo

FAILING = "Explode"


def prepare(text: str | None, *, operation_name: str | None, **options: Any) -> Any:
    if operation_name == FAILING:
        raise RuntimeError(f"prepare failed for {text} with {options}")
    return _prepare(text, operation_name=operation_name, **options)


def find_token(token: str) -> Any:
    if FAILING in token:
        raise RuntimeError(f"find_token failed for {token!r}")
    return _find_token(token)


def authenticate(
    backend: object, request: object, username: str | None = None, password: str | None = None
) -> Any:
    # Like a database that quotes the row which it refuses.
    raise RuntimeError(f"authenticate failed\nDETAIL: row ({username}, {password}, null)")


if __name__ == "__main__":
    with (
        patch.object(run_operation, "prepare", prepare),
        patch.object(authentication, "find_token", find_token),
        patch.object(TeacherBackend, "authenticate", authenticate),
    ):
        serve_demo.main()
