"""Placeholders in tables of inputs, for the ids of objects that a test stores first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User

from primepath.domain.stored_file import FilePurpose
from primepath.domain.viewer import COMMAND_LINE, Viewer
from primepath.services.accounts.tokens import create_token
from primepath.services.stored_files.store import FileContent, store_file
from tests.client import data
from tests.factories import YEAR, make_level

LEVEL, UPLOAD, WARNING, TOKEN = "LEVEL", "UPLOAD", "WARNING", "TOKEN"
FILE = f"class_code,academic_year,period,room,exams\nA,{YEAR},JAN,Hall,\n"
"""Content of the upload. JAN of A has an exam, so the row is rejected if an import rejects cells with exams."""


def filled(input: dict[str, Any], viewer: Viewer) -> dict[str, Any]:
    """Return the input with the ids of objects instead of placeholders. ``viewer`` has uploaded the file.

    All places of a placeholder have the same id.
    """
    ids: dict[str, str] = {}

    def fill(value: Any) -> Any:
        if isinstance(value, list):
            return [fill(each) for each in value]
        if not isinstance(value, str) or value not in _MAKERS:
            return value
        if value not in ids:
            ids[value] = _MAKERS[value](viewer)
        return ids[value]

    return {name: fill(value) for name, value in input.items()}


def level_id(_viewer: Viewer = COMMAND_LINE) -> str:
    """Return the id of a new level."""
    return f"CurriculumLevel:{make_level('GRAMMAR').pk}"


def _warning_id(_viewer: Viewer) -> str:
    """Return the id of the warning that JAN of A has no date."""
    document = (
        "query ($year: Int) { scheduleWarnings(academicYear: $year) { id code cells { id } } }"
    )
    (id,) = (
        each["id"]
        for each in data(document, COMMAND_LINE, {"year": YEAR})["scheduleWarnings"]
        if each["code"] == "NO_DATE" and each["cells"] == [{"id": f"MatrixCell:A/{YEAR}/JAN"}]
    )
    return str(id)


def _upload_id(viewer: Viewer) -> str:
    """Return the id of a new upload of the viewer."""
    file = FileContent("schedule.csv", "text/csv", FILE.encode())
    return store_file(viewer=viewer, purpose=FilePurpose.UPLOAD, file=file)[0]


def _token_id(viewer: Viewer) -> str:
    """Return the id of a new token of the viewer."""
    user = User.objects.get(pk=viewer.account_id)
    return f"ApiToken:{create_token(user=user, name='Phone')[1].pk}"


_MAKERS: dict[str, Callable[[Viewer], str]] = {
    LEVEL: level_id,
    UPLOAD: _upload_id,
    WARNING: _warning_id,
    TOKEN: _token_id,
}
