"""Ids of change sets in the public schema."""

from __future__ import annotations

from uuid import UUID

from schema.ids import make_id


def change_set_id(id: UUID | None) -> str | None:
    """Return the public id of a change set, None for None."""
    return None if id is None else make_id("ChangeSet", id.hex)
