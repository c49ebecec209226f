"""Languages of the school's texts."""

from __future__ import annotations

from enum import StrEnum


class Language(StrEnum):
    """A language of the pages, messages, files and calendars."""

    EN = "en"
    KO = "ko"

    @property
    def own_name(self) -> str:
        """The name of the language for people who speak it."""
        return _OWN_NAMES[self]


_OWN_NAMES = {Language.EN: "English", Language.KO: "한국어"}


def known_language(tag: str) -> Language | None:
    """Return the language of a tag such as ``ko-KR``, in any case. None if the school's texts do not exist in it."""
    primary = tag.partition("-")[0].strip().lower()
    return Language(primary) if primary in set(Language) else None
