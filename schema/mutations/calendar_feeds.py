"""Mutations of calendar feeds."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import strawberry
from django.conf import settings
from django.urls import reverse

from primepath import models
from primepath.services.calendars.create_calendar_feed import (
    MAX_FEEDS,
    MAX_NAME_LENGTH,
    create_calendar_feed,
    secret_of,
)
from primepath.services.calendars.revoke_calendar_feed import revoke_calendar_feed
from schema.context import Info
from schema.limits import check_list
from schema.mutations.idempotency import Recall, RepeatableInput, own_row
from schema.mutations.ids import IdParser
from schema.mutations.run_service import run_service
from schema.types.calendar_feed import CalendarFeed
from schema.types.payloads import CheckedPayload, Result


class _Created(NamedTuple):
    feed: models.CalendarFeed
    url: str | None


@strawberry.input(description="A calendar feed to create.")
class CreateCalendarFeedInput(RepeatableInput):
    name: str = strawberry.field(
        description=f"Name of the calendar, as calendar programs show it. Maximum: {MAX_NAME_LENGTH} characters."
    )
    class_codes: list[str] | None = strawberry.field(
        default=None,
        description=(
            "Classes in the feed. Defaults to all classes that you can see whenever it is read. "
            f"Maximum: {settings.MAX_LIST_LENGTH:,}."
        ),
    )
    duties: bool = strawberry.field(
        default=False, description="True: only exams that you supervise."
    )


@strawberry.input(description="A calendar feed to revoke.")
class RevokeCalendarFeedInput(RepeatableInput):
    id: strawberry.ID = strawberry.field(description="ID of the feed.")


@strawberry.type(description="Result of a mutation on a calendar feed.")
class CalendarFeedPayload(CheckedPayload):
    @strawberry.field(
        graphql_type=CalendarFeed | None,
        description="The feed. Null if the input was rejected.",
    )
    def feed(self, result: strawberry.Parent[Result[_Created]]) -> models.CalendarFeed | None:
        return result.value.feed if result.value else None

    @strawberry.field(
        description=(
            "Secret address of a new feed, for calendar programs. Returned only once, and to a retry with the same `idempotencyKey`: whoever has it can read the feed until "
            "you revoke it. Null if no feed was created."
        )
    )
    def url(self, result: strawberry.Parent[Result[_Created]]) -> str | None:
        return result.value.url if result.value else None


def _url(info: Info, secret: str) -> str:
    return info.context.client.base_url + reverse("calendar", kwargs={"secret": secret})


_ROW = own_row(models.CalendarFeed)


async def _load(info: Info, stored: Any) -> _Created | None:
    """Return the feed, also if it is revoked by now, but without its address."""
    feed = await _ROW.load(info, stored)
    return _Created(feed, None) if feed else None


async def _load_new(info: Info, stored: Any) -> _Created | None:
    """Return the feed with its address, which is derived again."""
    found = await _load(info, stored)
    secret = secret_of(found.feed) if found else None
    return found and found._replace(url=secret and _url(info, secret))


def _identify(created: _Created) -> Any:
    return _ROW.identify(created.feed)


_NEW = Recall(_identify, _load_new)
_REVOKED = Recall(_identify, _load)


@strawberry.type
class CalendarFeeds:
    @strawberry.mutation(
        graphql_type=CalendarFeedPayload | None,
        description=(
            "Creates an iCalendar feed with the exams of the last academic year and all later ones. It has what you can see whenever it "
            f"is read, and ends with your access. Repeating this creates another feed. At most {MAX_FEEDS} feeds."
        ),
    )
    async def create_calendar_feed(
        self,
        info: Info,
        input: Annotated[
            CreateCalendarFeedInput, strawberry.argument(description="Name and classes.")
        ],
    ) -> Result[_Created]:
        viewer = info.context.require_viewer()
        check_list("classCodes", input.class_codes or ())

        def create() -> _Created:
            secret, feed = create_calendar_feed(
                viewer=viewer,
                name=input.name,
                class_codes=input.class_codes,
                duties=input.duties,
            )
            return _Created(feed, _url(info, secret))

        return await run_service(info, input, create, recall=_NEW)

    @strawberry.mutation(
        graphql_type=CalendarFeedPayload | None,
        description="Revokes a calendar feed of yours: its address stops working immediately. Repeating this changes nothing.",
    )
    async def revoke_calendar_feed(
        self,
        info: Info,
        input: Annotated[RevokeCalendarFeedInput, strawberry.argument(description="The feed.")],
    ) -> Result[_Created]:
        viewer = info.context.require_viewer()
        ids = IdParser()
        key = ids.number(input.id, "CalendarFeed", "feed_id")
        return await run_service(
            info,
            input,
            lambda: _Created(
                revoke_calendar_feed(viewer=viewer, feed_id=key, parse_errors=ids.errors), None
            ),
            {"feed_id": "id"},
            _REVOKED,
        )
