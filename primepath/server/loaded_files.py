"""Files of the code that a process loads when it starts.

An upgrade replaces the code while processes of the version before still serve. They must not combine their modules with
templates, scripts and styles of the new version.
"""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.utils import translation
from servestatic import ServeStaticASGI
from servestatic.responders import AsyncSlicedFile, Response, StaticFile


def load_pages() -> None:
    """Load the views, all templates and all translations. Django would load each when it is first used."""
    import_module(settings.ROOT_URLCONF)
    for folder in map(Path, get_app_template_dirs("templates")):
        for file in folder.rglob("*.*"):
            get_template(str(file.relative_to(folder)))
    for language, _name in settings.LANGUAGES:
        translation.override(language)(translation.gettext)("")


class LoadedStaticFiles(ServeStaticASGI):  # type: ignore[misc]
    """Static files that are sent from memory. Servestatic would open the file for each request, with the size that it had at the start."""

    def get_static_file(self, path: str, *args: Any, **options: Any) -> _LoadedFile:
        return _LoadedFile(super().get_static_file(path, *args, **options), Path(path).read_bytes())


class _LoadedFile:
    """A file of servestatic with its content."""

    def __init__(self, file: StaticFile, content: bytes) -> None:
        self._file = file
        self._content = content

    async def aget_response(self, *request: Any, **_ways_to_send: bool) -> Response:
        response = await self._file.aget_response(*request)
        content = _Content(self._content)
        if isinstance(response.file, AsyncSlicedFile):
            response.file.fileobj = content
        elif response.file is not None:
            response.file = content
        return response


class _Content:
    """The methods of servestatic's `AsyncFile` that a response uses."""

    def __init__(self, content: bytes) -> None:
        self._file = BytesIO(content)

    async def __aenter__(self) -> _Content:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._file.close()

    async def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    async def seek(self, offset: int) -> int:
        return self._file.seek(offset)

    async def close(self) -> None:
        self._file.close()
