"""Errors in the payload of a mutation that was saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from graphql import GraphQLError

from schema.errors import SAVED
from schema.types.change_set import change_set_id


def mark_saved(errors: Iterable[GraphQLError], saved: Mapping[str | int, UUID | None]) -> None:
    """Add to each error in the payload of a mutation that is ``saved`` that it is, and what it changed.

    Reading a payload can fail when the change is committed. A non-null field then makes the whole mutation null, and
    without this a client would take the change for one that was not made.
    """
    for error in errors:
        if not error.path or error.path[0] not in saved:
            continue
        marks: dict[str, object] = {"saved": True}
        if id := change_set_id(saved[error.path[0]]):
            marks["changeSetId"] = id
        error.extensions = {**(error.extensions or {}), SAVED: marks}
