"""Reading the matrix and its classes."""

from __future__ import annotations

from typing import Annotated

import strawberry
from django.conf import settings

from loaders.visible_classes import VisibleClass
from primepath import models
from primepath.domain.school_class import Division, school_order
from primepath.school import planned_year
from schema.connections.pagination import Page, PageRequest, page_of_list
from schema.connections.types import After, Before, Connection, First, Last
from schema.context import Info
from schema.execution.lookahead import selects
from schema.limits import check_list
from schema.limits.list_sizes import SCHOOL_CLASSES, length_of
from schema.metadata import list_size
from schema.queries.matrix_delta import delta_matrix
from schema.types.arguments import AcademicYear
from schema.types.cell_batches import AnyCell
from schema.types.class_access_request import ClassListing
from schema.types.inputs import CellKey
from schema.types.matrix_cell import MatrixCell, load_cell
from schema.types.schedule_matrix import Matrix, Row, ScheduleMatrix
from schema.types.school_class import CLASSES_IN_SCHOOL_ORDER, SchoolClass
from schema.types.sync_token import SyncToken, unusable


@strawberry.type
class MatrixQuery:
    @strawberry.field(
        graphql_type=ScheduleMatrix | None,
        description=(
            "The exam schedule of an academic year, for the classes you may see. However a document asks for "
            "cells, all of them are read in one query, so ask for just what you show. To stay up to date, keep "
            "`syncToken` and send it as `changesAfter`."
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
                description=(
                    f"Only these classes, at most {settings.MAX_LIST_LENGTH:,} codes; all you may see unless told."
                )
            ),
        ] = None,
        changes_after: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "Only what has changed since this `syncToken` was given out; everything unless told. The answer has the "
                    "rows that have changed, each with its changed cells: put them in the place of yours, forget the classes "
                    "of `lostClassCodes`, and keep the new `syncToken`. Ask for the same fields and periods of the same year "
                    "each time. A change of a class, its curriculum, an exam or an exam's level counts for every row and cell "
                    "that shows it, and one of what you may do in a class for its row and all its cells. What else can "
                    "be reached from there does not count: completion, history, people, other cells, exams that could be "
                    "assigned. A change may be told twice. A token that cannot be used any longer, and one of another year, "
                    "are BAD_USER_INPUT: start again without."
                )
            ),
        ] = None,
    ) -> Matrix:
        loaders, viewer = info.context.loaders, info.context.require_viewer()
        year = planned_year(academic_year)
        check_list("classCodes", class_codes or ())
        known = None if changes_after is None else SyncToken.parse(changes_after, year)
        # Asked for before anything that is shown: what changes meanwhile is told the next time.
        position = loaders.changes.position() if selects("syncToken", info) else None
        classes = await loaders.classes.all_of(class_codes)
        visible = {each.code for each in classes}
        matrix = Matrix(
            academic_year=year,
            rows=[Row(each, year) for each in classes],
            unavailable_class_codes=[
                code for code in dict.fromkeys(class_codes or ()) if code not in visible
            ],
            token=None if position is None else SyncToken.of(year, await position, classes, viewer),
        )
        if known is None:
            return matrix
        changed = await loaders.changes.cells_changed_since(known.position)
        if changed is None:
            raise unusable("This syncToken was given out for data that the school has replaced.")
        return delta_matrix(matrix, known, changed, viewer, class_codes)

    @strawberry.field(
        graphql_type=MatrixCell | None,
        description="One cell; null where there is no such class or year, or you may not see it.",
    )
    async def matrix_cell(
        self,
        info: Info,
        at: Annotated[CellKey, strawberry.argument(description="Which cell.")],
    ) -> AnyCell | None:
        return await load_cell(info, at.key())

    @strawberry.field(
        graphql_type=SchoolClass | None,
        description="The class with this code; null where there is none or you may not see it.",
    )
    async def school_class(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description="The code: `PRIMARY_1A`.")],
    ) -> VisibleClass | None:
        return await info.context.loaders.classes.get(code)

    @strawberry.field(
        graphql_type=Connection[SchoolClass] | None,
        description="The classes whose schedule you may see, by division, grade and section.",
    )
    async def school_classes(
        self,
        info: Info,
        division: Annotated[
            Division | None,
            strawberry.argument(description="Only classes of this division."),
        ] = None,
        grade: Annotated[
            int | None, strawberry.argument(description="Only classes of this grade, 1 to 12.")
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
        graphql_type=Connection[ClassListing] | None,
        description="Every active class, so that a teacher can ask for access: names, no schedules.",
    )
    async def class_directory(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Page[models.SchoolClass]:
        loaders = info.context.loaders
        request = PageRequest.parse(
            CLASSES_IN_SCHOOL_ORDER, first=first, after=after, last=last, before=before
        )
        active = models.SchoolClass.objects.filter(is_active=True)
        classes = await loaders.call(lambda: sorted(active, key=school_order))
        return page_of_list(classes, request)
