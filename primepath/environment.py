"""Settings from environment variables: each is declared once, with its default and its valid values.

An invalid value is noted and replaced by the default. So one start reports all invalid settings. `primepath.checks`
reports them and stops the server. Only `primepath.settings` and `primepath.database` declare settings.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple, TypeVar

T = TypeVar("T", bound=StrEnum)
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_MOST = 1_000_000_000


class Format(NamedTuple):
    """The form of a value: a function that accepts valid values, and their description."""

    accepts: Callable[[str], bool]
    description: str


class Environment:
    """The settings of a process.

    ``declared``: default of each setting, as text. ``problems``: what is wrong, by the setting's name.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.declared: dict[str, str] = {}
        self.problems: dict[str, str] = {}

    def is_set(self, name: str) -> bool:
        """Return whether the variable has a value. An empty variable counts as not set."""
        return bool(self._variables.get(name, "").strip())

    def text(
        self, name: str, default: str = "", format: Format | None = None, *, secret: bool = False
    ) -> str:
        """Return a text. Messages do not contain the value of a ``secret``."""
        value = self._read(name, default)
        if format is None or value == default or format.accepts(value):
            return value
        self.refuse(name, f"must be {format.description}{'' if secret else f', not {value!r}'}.")
        return default

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._read(name, "1" if default else "0").lower()
        if value not in _YES | _NO:
            self.refuse(name, f"must be 1 or 0 (or yes, no, true, false, on, off), not {value!r}.")
            return default
        return value in _YES

    def number(self, name: str, default: int, *, least: int = 1, most: int = _MOST) -> int:
        """Return a whole number between ``least`` and ``most``."""
        value = self._read(name, str(default))
        # A length that Python converts without complaint.
        if value.isascii() and value.isdigit() and len(value) <= 20 and least <= int(value) <= most:
            return int(value)
        self.refuse(
            name,
            f"must be a whole number from {least} to {most}, such as {default}, not {value!r}.",
        )
        return default

    def items(self, name: str, default: str, format: Format, *, secret: bool = False) -> list[str]:
        """Return the items of a comma-separated list. Messages do not contain the items of a ``secret``."""
        items = _split(self._read(name, default))
        invalid = [(place, item) for place, item in enumerate(items, 1) if not format.accepts(item)]
        if not invalid:
            return items
        place, item = invalid[0]
        shown = f"item {place}" if secret else repr(item)
        self.refuse(
            name,
            f"must list, separated by commas, {format.description}; {shown} is not valid.",
        )
        return _split(default)

    def choice(self, name: str, default: T) -> T:
        """Return a member of the enumeration of ``default``."""
        choices = type(default)
        value = self._read(name, default).lower()
        if value in set(choices):
            return choices(value)
        self.refuse(name, f"must be one of {', '.join(choices)}, not {value!r}.")
        return default

    def refuse(self, name: str, problem: str) -> None:
        """Note that a setting is invalid. ``problem`` continues the sentence that its name begins."""
        self.problems.setdefault(name, f"{name} {problem}")

    def _read(self, name: str, default: str) -> str:
        self.declared[name] = str(default)
        return self._variables.get(name, "").strip() or str(default)


def _split(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


env = Environment(os.environ)
