"""Safe retries: which change a request names with its key, and how the result is identified for a retry."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Awaitable, Callable
from enum import Enum
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar

import strawberry
from django.db.models import Model
from strawberry import UNSET

from primepath.domain.cell import CellKey
from primepath.services.idempotency import KEPT, MAX_KEY_LENGTH, NamedChange
from schema.context import Info
from schema.ids import make_id, parse_id
from schema.types.node import NODE_TYPES

T = TypeVar("T")
M = TypeVar("M", bound=Model)

_HOURS = round(KEPT.total_seconds() / 3600)


@strawberry.input
class RepeatableInput:
    """The base of all inputs of mutations that can be retried."""

    idempotency_key: str | None = strawberry.field(
        default=None,
        description=(
            f"A new key of your choice for each change, kept for {_HOURS} hours. Maximum: {MAX_KEY_LENGTH} characters. After a lost response, "
            "send the same mutation with the same key. The change is not repeated, and you get the same objects in their current state."
        ),
    )


class Recall(NamedTuple, Generic[T]):
    """Stores the result of a service for a retry, and loads it again.

    ``identify`` returns JSON that identifies the result. ``load`` returns the result that it identifies, as the viewer can see it now.
    """

    identify: Callable[[T], Any]
    load: Callable[[Info, Any], Awaitable[T | None]]


def named_change(info: Info, input: Any) -> NamedChange | None:
    """Return the change that the input names with its key, or None if it names none."""
    key = getattr(input, "idempotency_key", None)
    viewer = info.context.viewer
    if key is None or viewer is None:
        return None
    text = json.dumps(_plain(input), sort_keys=True)
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return NamedChange(viewer.account_id, key, info.field_name, digest)


def _plain(value: Any) -> Any:
    """Return JSON that is equal for equal inputs, except for their keys.

    Defaults are left out. So an input has the same digest after an upgrade that adds a field. A restart loses responses, and clients
    send those requests again.
    """
    if dataclasses.is_dataclass(value):
        given = [(each, getattr(value, each.name)) for each in dataclasses.fields(value)]
        return {
            field.name: _plain(each)
            for field, each in given
            if each is not UNSET and each != field.default and field.name != "idempotency_key"
        }
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    assert value is None or isinstance(value, bool | int | float | str), type(value)
    return value


def _identify(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Model):
        return make_id(_type_name(value), value.pk)
    return [str(key) for key in value]


async def _load(info: Info, stored: Any) -> Any:
    if stored is None:
        return None
    if isinstance(stored, str):
        return await load_node(info, stored)
    return [key for key in map(CellKey.parse, stored) if key is not None]


def _type_name(row: Model) -> str:
    return next(name for name, node in NODE_TYPES.items() if node.is_type_of(row, None))


async def load_node(info: Info, id: str) -> Any:
    """Return the object with this global id, or None if the viewer cannot see it any more."""
    found = parse_id(id)
    return await NODE_TYPES[found.type_name].load(info, found.key)


def own_row(model: type[M]) -> Recall[M]:
    """For rows of the viewer that have ended, which have no global id any more."""

    async def load(info: Info, key: Any) -> M | None:
        rows = model._default_manager.filter(pk=key, user=info.context.require_viewer().user_id)
        row: M | None = await info.context.loaders.call(rows.first)
        return row

    return Recall(lambda row: row.pk, load)


BY_ID: Recall[Any] = Recall(_identify, _load)
"""For results that are None, an object with a global id, or keys of cells."""
