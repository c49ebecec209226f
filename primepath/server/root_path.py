"""The path under which the server is reached: uvicorn's ``--root-path``, or ``FORCE_SCRIPT_NAME``."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.urls import get_script_prefix
from servestatic import ServeStaticASGI


class RootPath:
    """ASGI middleware after which the path of a request begins with its root path, as ASGI demands.

    It sends requests for ``static_files`` there, without the root path, and all others to ``application``.
    """

    def __init__(self, application: Any, static_files: ServeStaticASGI) -> None:
        self._application = application
        self._static_files = static_files

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        application = self._application
        if scope["type"] == "http":
            root, path = split_path(scope)
            if path in self._static_files.files:
                application, root = self._static_files, ""
            scope = {**scope, "root_path": root, "path": f"{root}{path}"}
        # Without a frame of its own, because a stream would keep it.
        response: Awaitable[None] = application(scope, receive, send)
        return response


def split_path(scope: Any) -> tuple[str, str]:
    """Return the root path of a request, and its path below that."""
    root = settings.FORCE_SCRIPT_NAME or scope.get("root_path", "").rstrip("/")
    # A proxy can pass the path on with its prefix or without it.
    return root, _without(root, scope["path"])


def _without(root: str, path: str) -> str:
    """Return the path below ``root``, which starts with a slash."""
    below = path.removeprefix(root)
    return (below or "/") if not below or below.startswith("/") else path


class StaticFiles(StaticFilesStorage):
    """Static files below the root path of the request. Django's own class reads the root path once in a process."""

    @property
    def base_url(self) -> str:
        return f"{get_script_prefix()}{settings.STATIC_URL.lstrip('/')}"
