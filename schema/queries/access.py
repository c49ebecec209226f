"""Query of access requests."""

from __future__ import annotations

from typing import Annotated

import strawberry
from django.utils.translation import gettext as _

from primepath import models
from primepath.domain.history import HistorySubject
from primepath.domain.school_class import AccessRequestStatus
from schema.connections.pagination import Page, PageRequest
from schema.connections.types import After, Before, ChangesAfter, First, Last
from schema.context import Info
from schema.types.class_access_request import NEWEST_REQUESTS, ClassAccessRequestConnection
from schema.types.list_deltas import ListSync, page_of_recorded
from schema.types.sync_token import SyncedList, expired


@strawberry.type
class AccessQuery:
    @strawberry.field(
        graphql_type=ClassAccessRequestConnection | None,
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
        changes_after: ChangesAfter = None,
    ) -> Page[models.ClassAccessRequest]:
        # Before the arguments are checked: without a viewer, no other error is reported.
        viewer = info.context.require_viewer()
        request = PageRequest.parse(
            NEWEST_REQUESTS, first=first, after=after, last=last, before=before
        )
        visible = models.ClassAccessRequest.objects.visible_to(viewer)
        requests = visible if status is None else visible.filter(status=status)
        sync = await ListSync.begin(
            info, SyncedList.ACCESS_REQUESTS, "ClassAccessRequest", changes_after, status
        )
        if not sync.same_viewer:
            reason = _("Your role has changed since this sync token was issued.")
            raise expired(reason, SyncedList.ACCESS_REQUESTS)
        return await page_of_recorded(
            sync, requests, request, HistorySubject.ACCESS_REQUEST, visible=visible
        )
