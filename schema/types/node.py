"""Interface of objects with a global ID."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import strawberry

from schema.context import Info
from schema.execution.batch import BatchContext, batched
from schema.ids import make_id


def _ids(batch: BatchContext, sources: Sequence[Any]) -> list[str]:
    return [make_id(batch.type_name, source.pk) for source in sources]


@strawberry.interface(
    description="An object with a global ID. `node(id:)` and `nodes(ids:)` return it by that ID."
)
class Node:
    @strawberry.field(
        description="Globally unique ID. It never changes. Treat it as opaque: store it and send it back unchanged.",
        metadata=batched(_ids),
    )
    def id(self, info: Info, source: strawberry.Parent[Any]) -> strawberry.ID:
        return strawberry.ID(make_id(info._raw_info.parent_type.name, source.pk))
