"""Ids of nodes: the name of the type and the key of the row, ``Exam:12`` or ``MatrixCell:PRIMARY_1A/2026/JAN``."""

from __future__ import annotations

import re
from typing import NamedTuple

from primepath.domain.cell import CellKey, is_class_code
from primepath.domain.errors import BadUserInputError

NUMBERED_TYPES = frozenset(
    {
        "ClassAccessRequest",
        "CurriculumLevel",
        "Exam",
        "Program",
        "SubProgram",
        "Teacher",
        "TeacherClassAssignment",
    }
)
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_SHOWN_LENGTH = 60


class NodeId(NamedTuple):
    """A well-formed id. ``key`` is a number, a class code, or the text form of a cell's key, as the type asks for."""

    type_name: str
    key: str


def make_id(type_name: str, key: object) -> str:
    return f"{type_name}:{key}"


def parse_id(id: str) -> NodeId:
    """The parts of an id. Raises `BadUserInputError` for what no node can have as its id."""
    type_name, _, key = id.partition(":")
    if type_name in NUMBERED_TYPES:
        well_formed = _NUMBER.fullmatch(key) is not None
    elif type_name == "MatrixCell":
        well_formed = CellKey.parse(key) is not None
    else:
        well_formed = type_name == "SchoolClass" and is_class_code(key)
    if not well_formed:
        shown = id if len(id) <= _SHOWN_LENGTH else id[:_SHOWN_LENGTH] + "..."
        raise BadUserInputError(f"{shown!r} is not an id of this API.")
    return NodeId(type_name, key)


def parse_cell_id(id: str) -> CellKey:
    """The key in the id of a cell. Raises `BadUserInputError` for any other id."""
    type_name, text = parse_id(id)
    key = CellKey.parse(text) if type_name == "MatrixCell" else None
    if key is None:
        raise BadUserInputError(f"This is an id of {type_name}; expected one of MatrixCell.")
    return key


def parse_number(id: str, type_name: str) -> int:
    """The key in an id of this type, one of `NUMBERED_TYPES`. Raises `BadUserInputError` for any other id."""
    parsed = parse_id(id)
    if parsed.type_name != type_name:
        raise BadUserInputError(
            f"This is an id of {parsed.type_name}; expected one of {type_name}."
        )
    return int(parsed.key)
