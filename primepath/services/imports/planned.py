"""Objects that an import wants to store."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """Kind of an imported object."""

    ACCOUNT = "ACCOUNT"
    TEACHER = "TEACHER"
    PROGRAM = "PROGRAM"
    SUB_PROGRAM = "SUB_PROGRAM"
    LEVEL = "LEVEL"
    CLASS_CODE = "CLASS_CODE"
    CLASS = "CLASS"
    EXAM = "EXAM"
    CELL = "CELL"
    CURRICULUM = "CURRICULUM"
    ASSIGNMENT = "ASSIGNMENT"
    ACCESS_REQUEST = "ACCESS_REQUEST"
    HISTORY = "HISTORY"


class Ref(NamedTuple):
    """An object of the source. It has a key of ours only once it is stored."""

    kind: Kind
    table: str
    key: str


class Fate(StrEnum):
    """Fate of an object. The last three are final: nothing is written for them."""

    NEW = "NEW"
    UPDATED = "UPDATED"
    LINKED = "LINKED"
    UNCHANGED = "UNCHANGED"
    KEPT = "KEPT"
    DELETED = "DELETED"
    TAKEN = "TAKEN"


LINKED = "linked"
"""``left_as`` of an object that the import has found and not made. It is never updated."""


@dataclass(slots=True)
class PlannedObject:
    """An object with its wanted values. ``extra`` are values for a new object that no later run compares or updates.

    A `Ref`, or a list of references, is replaced by our key. ``target`` is our key if the object exists.
    """

    ref: Ref
    values: dict[str, Any]
    fate: Fate = Fate.NEW
    extra: dict[str, Any] = field(default_factory=dict)
    target: str | None = None

    @property
    def digest(self) -> str:
        return digest(self.values)


def digest(values: object) -> str:
    """Return 128 bits that identify the values."""
    canonical = json.dumps(values, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
