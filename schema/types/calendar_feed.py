"""Calendar feeds."""

from __future__ import annotations

import datetime
from typing import Any

import strawberry

from primepath import models
from schema.context import Info
from schema.metadata import list_size
from schema.types.node import Node


@strawberry.type(
    description=(
        "An iCalendar feed that you have created. Only you can see it here. Whoever has its address sees the exams that you can see at "
        "that moment."
    )
)
class CalendarFeed(Node, source=models.CalendarFeed):
    name: str = strawberry.field(description="Name of the calendar.")
    class_codes: list[str] | None = strawberry.field(
        description="Classes in the feed, as far as you can see them. Null for all classes.",
        metadata=list_size(10),
    )
    created_at: datetime.datetime = strawberry.field(description="Time of creation.")
    last_used_at: datetime.datetime | None = strawberry.field(
        description="Time when a program last read the feed, accurate to one hour. Null if none has."
    )

    @classmethod
    async def load(cls, info: Info, key: Any) -> models.CalendarFeed | None:
        return await info.context.loaders.calendar_feed_by_id.load(key)
