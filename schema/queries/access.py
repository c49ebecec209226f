"""Query of access requests."""

from __future__ import annotations

from typing import Annotated

import strawberry

from primepath import models
from primepath.domain.school_class import AccessRequestStatus
from schema.connections.pagination import Page, PageRequest, page_of_table
from schema.connections.types import After, Before, Connection, First, Last
from schema.context import Info
from schema.types.class_access_request import NEWEST_REQUESTS, ClassAccessRequest


@strawberry.type
class AccessQuery:
    @strawberry.field(
        graphql_type=Connection[ClassAccessRequest] | None,
        description="Access requests, newest first. Head teachers and staff see all requests; teachers see their own.",
    )
    async def class_access_requests(
        self,
        info: Info,
        status: Annotated[
            AccessRequestStatus | None,
            strawberry.argument(description="Filter by state. Defaults to all."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Page[models.ClassAccessRequest]:
        loaders = info.context.loaders
        request = PageRequest.parse(
            NEWEST_REQUESTS, first=first, after=after, last=last, before=before
        )
        requests = models.ClassAccessRequest.objects.visible_to(info.context.require_viewer())
        if status is not None:
            requests = requests.filter(status=status)
        return await page_of_table(loaders, requests, request)
