"""Ids: the name of the type and the key of the object, ``Exam:12`` or ``MatrixCell:PRIMARY_1A/2026/JAN``."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from primepath.domain.cell import CellKey, is_class_code
from primepath.domain.errors import BadUserInputError

_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_SHOWN_LENGTH = 60
_DIGEST_BYTES = 9


def parse_number_key(text: str) -> int | None:
    """Return the primary key that ``text`` spells, or None."""
    return int(text) if _NUMBER.fullmatch(text) else None


def parse_class_code(text: str) -> str | None:
    """Return ``text`` if a class could have this code, or None."""
    return text if is_class_code(text) else None


def key_parser(pattern: str) -> Callable[[str], str | None]:
    """Return a parser that accepts keys of this pattern and leaves them as they are."""
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: text if compiled.fullmatch(text) else None


DIGEST_PATTERN = r"[\w-]{12}"


def digest_key(*values: object) -> str:
    """Return a short key that differs if one of the values does. For objects that the arguments of a field distinguish."""
    digest = blake2b(json.dumps(values).encode(), digest_size=_DIGEST_BYTES)
    return urlsafe_b64encode(digest.digest()).decode()


KEY_PARSERS: dict[str, Callable[[str], Any]] = {}
"""Reads the key in an id, by the name of its type; None for a malformed key. `schema.types.node` fills it."""


class NodeId(NamedTuple):
    """A well-formed id. ``key`` is a primary key, a `CellKey` or a text, depending on the type."""

    type_name: str
    key: Any


def make_id(type_name: str, key: object) -> str:
    return f"{type_name}:{key}"


def parse_id(id: str) -> NodeId:
    """Return the parts of an id. Raises `BadUserInputError` if no object can have this id."""
    type_name, _separator, text = id.partition(":")
    parse_key = KEY_PARSERS.get(type_name)
    key = parse_key(text) if parse_key else None
    if key is None:
        shown = id if len(id) <= _SHOWN_LENGTH else id[:_SHOWN_LENGTH] + "..."
        raise BadUserInputError(_("{id} is not a valid ID.").format(id=repr(shown)))
    return NodeId(type_name, key)


def parse_key(id: str, type_name: str) -> Any:
    """Return the key in an id of this type. Raises `BadUserInputError` for any other id."""
    parsed = parse_id(id)
    if parsed.type_name != type_name:
        template = _("Expected an ID of type {expected}, not {actual}.")
        raise BadUserInputError(template.format(expected=type_name, actual=parsed.type_name))
    return parsed.key


def parse_cell_id(id: str) -> CellKey:
    """Return the key in the id of a cell. Raises `BadUserInputError` for any other id."""
    key: CellKey = parse_key(id, "MatrixCell")
    return key


def parse_number(id: str, type_name: str) -> int:
    """Return the key in an id of this type, which has numbers as keys. Raises `BadUserInputError` for any other id."""
    key: int = parse_key(id, type_name)
    return key
