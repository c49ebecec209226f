"""Languages of the school's texts."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language that the names of holidays and the pages of Django exist in."""

    EN = "en"
    KO = "ko"
