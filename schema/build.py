"""Build the GraphQL schema."""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import (
    GraphQLNamedType,
    Undefined,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from schema.execution.core import graphql_schema
from schema.mutations.accept_warning import AcceptWarning
from schema.mutations.access_requests import AccessRequests
from schema.mutations.accounts import Accounts
from schema.mutations.assign_exams import AssignExams
from schema.mutations.assignments import Assignments
from schema.mutations.calendar_feeds import CalendarFeeds
from schema.mutations.clone_cell import CloneCell
from schema.mutations.exams import Exams
from schema.mutations.export_schedule import ExportSchedule
from schema.mutations.import_schedule import ImportSchedule
from schema.mutations.roll_over_year import RollOverYear
from schema.mutations.school_days import SchoolDays
from schema.mutations.set_class_curriculum import SetClassCurriculum
from schema.mutations.sign_in import SignInMutation
from schema.mutations.undo_changes import UndoChanges
from schema.mutations.update_cell import UpdateCell
from schema.mutations.update_cells import UpdateCells
from schema.queries.access import AccessQuery
from schema.queries.change_sets import ChangeSetQuery
from schema.queries.exams import ExamQuery
from schema.queries.matrix import MatrixQuery
from schema.queries.matrix_cells import MatrixCellsQuery
from schema.queries.node import NodeQuery
from schema.queries.viewer import ViewerQuery
from schema.queries.warnings import WarningQuery
from schema.subscriptions.schedule_changed import Subscription
from schema.types.history import CHANGES
from schema.types.scalars import SCALARS


@strawberry.type(description="Read operations.")
class Query(
    ViewerQuery,
    MatrixQuery,
    MatrixCellsQuery,
    ExamQuery,
    AccessQuery,
    WarningQuery,
    ChangeSetQuery,
    NodeQuery,
):
    pass


@strawberry.type(
    description=(
        "Write operations. Mutations in a request run in order. Invalid input is reported in `userErrors`, "
        "and nothing is saved."
    )
)
class Mutation(
    SignInMutation,
    AssignExams,
    UpdateCell,
    UpdateCells,
    UndoChanges,
    RollOverYear,
    CloneCell,
    Exams,
    SetClassCurriculum,
    AccessRequests,
    Assignments,
    SchoolDays,
    AcceptWarning,
    CalendarFeeds,
    ExportSchedule,
    ImportSchedule,
    Accounts,
):
    pass


class Schema(strawberry.Schema):
    """Strawberry's schema without its error logging and without ``= null`` as a default."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for type_ in graphql_schema(self).type_map.values():
            _forget_null_defaults(type_)

    def process_errors(
        self, errors: list[Any], execution_context: ExecutionContext | None = None
    ) -> None:
        """Do nothing. `schema.errors` logs errors when it formats them for the client."""


def _forget_null_defaults(type_: GraphQLNamedType) -> None:
    """Remove defaults of None. They make an argument optional; clients should not see ``= null``."""
    fields: dict[str, Any] = getattr(type_, "fields", {})
    for field in fields.values():
        for taker in (field, *getattr(field, "args", {}).values()):
            if getattr(taker, "default_value", Undefined) is None:
                taker.default_value = Undefined


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=CHANGES,
    config=StrawberryConfig(scalar_map=SCALARS),
)
