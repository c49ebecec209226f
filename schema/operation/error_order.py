"""The order of the errors of a response."""

from __future__ import annotations

from typing import Any

from graphql import ExecutionResult, GraphQLError


def in_order(result: ExecutionResult) -> list[GraphQLError]:
    """Return the errors in the order of their fields in the response.

    Fields fail in the order in which their batches run. That order means nothing to a client, and depends on whether plans are
    compiled.
    """
    return sorted(result.errors or (), key=lambda error: _position(result.data, error.path or ()))


def _position(data: Any, path: Any) -> list[tuple[int, str]]:
    """Return where ``path`` is in ``data``. Below a null, fields are in the order of their names."""
    position = []
    for key in path:
        if isinstance(key, int):
            position.append((key, ""))
            data = data[key] if isinstance(data, list) and key < len(data) else None
        else:
            fields = list(data) if isinstance(data, dict) else []
            position.append((fields.index(key) if key in fields else len(fields), key))
            data = data.get(key) if isinstance(data, dict) else None
    return position
