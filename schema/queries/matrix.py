"""Queries of the matrix and its classes."""

from __future__ import annotations

from typing import Annotated

import strawberry
from django.conf import settings
from django.utils.translation import gettext as _

from loaders.visible_classes import VisibleClass
from primepath import models
from primepath.domain.school_class import Division, school_order
from primepath.school import planned_year
from schema.connections.pagination import Page, PageRequest, page_of_list
from schema.connections.types import After, Before, ChangesAfter, Connection, First, Last
from schema.context import Info
from schema.execution.lookahead import selects
from schema.ids import digest_key
from schema.limits import check_list
from schema.limits.list_sizes import SCHOOL_CLASSES, length_of
from schema.metadata import Fact, list_size
from schema.queries.matrix_delta import KnownRows, ShownFacts, delta_matrix
from schema.types.arguments import AcademicYear
from schema.types.cell_batches import AnyCell
from schema.types.class_access_request import ClassListingConnection
from schema.types.class_entries import earlier_entries, entries_of
from schema.types.inputs import CellKey
from schema.types.list_deltas import ListSync, page_of_marked
from schema.types.matrix_cell import MatrixCell, load_cell
from schema.types.phrases import CLASS_CODE, NULL_IF_HIDDEN
from schema.types.schedule_matrix import Matrix, Row, ScheduleMatrix
from schema.types.school_class import CLASSES_IN_SCHOOL_ORDER, SchoolClass
from schema.types.sync_marks import ListEntries, mark_value
from schema.types.sync_token import SyncedList, SyncToken, expired, viewer_mark


@strawberry.type
class MatrixQuery:
    @strawberry.field(
        graphql_type=ScheduleMatrix | None,
        description=(
            "Exam schedule of an academic year, for the classes you can see. All cells in a request are read "
            "with one database query, however they are selected. Request only the fields you display. To load "
            "only later changes, send `syncToken` as `changesAfter`."
        ),
        metadata=list_size(length_of("classCodes", otherwise=SCHOOL_CLASSES)),
    )
    async def schedule_matrix(
        self,
        info: Info,
        academic_year: AcademicYear = None,
        class_codes: Annotated[
            list[str] | None,
            strawberry.argument(
                description=f"Class codes. Defaults to all classes you can see. Maximum: {settings.MAX_LIST_LENGTH:,}."
            ),
        ] = None,
        changes_after: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "Return only what changed since this `syncToken`. Merge the returned rows and cells into your copy, "
                    "drop `lostClassCodes`, and store the new token. Use the same fields, classes, periods and year each time. "
                    "The same change can be returned twice. An expired token is a SYNC_TOKEN_EXPIRED error: repeat the "
                    "query without it. An invalid token, or one of another year, is a BAD_USER_INPUT error. See "
                    "docs/clients/delta-sync.md for what counts as a change."
                )
            ),
        ] = None,
    ) -> Matrix:
        loaders, viewer = info.context.loaders, info.context.require_viewer()
        year = planned_year(academic_year)
        check_list("classCodes", class_codes or ())
        known = None if changes_after is None else SyncToken.parse(changes_after, year)
        # Load the position before the data. The next delta then includes changes that happen in between.
        position = loaders.changes.position() if selects("syncToken", info) else None
        classes = await loaders.classes.all_of(class_codes)
        visible = {each.code for each in classes}
        codes = None if class_codes is None else list(dict.fromkeys(class_codes))
        delta = None if changes_after is None else digest_key(changes_after)
        is_whole = codes is None and delta is None
        entries = ListEntries({}) if position is None and known is None else entries_of(classes)
        token = None
        if position is not None:
            mark = entries.mark(known and known.copy)
            token = SyncToken(year, await position, viewer_mark(viewer), mark)
        matrix = Matrix(
            academic_year=year,
            rows=[Row(each, year, delta) for each in classes],
            unavailable_class_codes=[code for code in codes or () if code not in visible],
            selection=None if is_whole else digest_key(codes, delta),
            token=token,
        )
        if known is None:
            return matrix
        changes = await loaders.changes.since(known.position)
        if changes is None:
            raise expired(
                _("The school's data has been replaced since this sync token was issued.")
            )
        assert known.copy is not None
        earlier = await earlier_entries(loaders, known.copy, entries, class_codes)
        if earlier is None:
            raise expired(_("Too many classes have changed since this sync token was issued."))
        rows = KnownRows(earlier, entries, known.viewer == viewer_mark(viewer))
        return delta_matrix(matrix, rows, changes, ShownFacts.of(info), class_codes)

    @strawberry.field(
        graphql_type=MatrixCell | None,
        description="One cell. " + NULL_IF_HIDDEN,
    )
    async def matrix_cell(
        self,
        info: Info,
        at: Annotated[
            CellKey, strawberry.argument(description="Class, academic year and period of the cell.")
        ],
    ) -> AnyCell | None:
        return await load_cell(info, at.key())

    @strawberry.field(
        graphql_type=SchoolClass | None,
        description="The class with this code. " + NULL_IF_HIDDEN,
    )
    async def school_class(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description=CLASS_CODE)],
    ) -> VisibleClass | None:
        return await info.context.loaders.classes.get(code)

    @strawberry.field(
        graphql_type=Connection[SchoolClass] | None,
        description="Classes you can see, by division, grade and section.",
    )
    async def school_classes(
        self,
        info: Info,
        division: Annotated[
            Division | None,
            strawberry.argument(description="Filter by division. Defaults to all."),
        ] = None,
        grade: Annotated[
            int | None,
            strawberry.argument(description="Filter by grade. Range: 1–12. Defaults to all."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Page[VisibleClass]:
        loaders = info.context.loaders
        request = PageRequest.parse(
            CLASSES_IN_SCHOOL_ORDER, first=first, after=after, last=last, before=before
        )
        classes = [
            visible
            for visible in await loaders.classes.all()
            if division in {None, visible.division} and grade in {None, visible.grade}
        ]
        return page_of_list(classes, request)

    @strawberry.field(
        graphql_type=ClassListingConnection | None,
        description=(
            "Public details of all active classes, by division, grade and section. Use it to choose a class for "
            "an access request."
        ),
    )
    async def class_directory(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        changes_after: ChangesAfter = None,
    ) -> Page[models.SchoolClass]:
        loaders = info.context.loaders
        request = PageRequest.parse(
            CLASSES_IN_SCHOOL_ORDER, first=first, after=after, last=last, before=before
        )
        sync = await ListSync.begin(info, SyncedList.CLASS_DIRECTORY, "ClassListing", changes_after)
        active = models.SchoolClass.objects.filter(is_active=True)
        classes = await loaders.call(lambda: sorted(active, key=school_order))
        by_code = {each.code: each for each in classes}
        entries = ListEntries({each.code: _listing_value(each) for each in classes})
        return await page_of_marked(
            sync, by_code, entries, request, loaders.all_class_codes, marked=Fact.CLASS
        )


def _listing_value(listed: models.SchoolClass) -> int:
    return mark_value(0, listed.name, listed.division, str(listed.grade), listed.section)
