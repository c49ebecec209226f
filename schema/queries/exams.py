"""Queries of exams, the curriculum and teachers."""

from __future__ import annotations

from dataclasses import astuple
from typing import Annotated

import strawberry
from django.db.models import Q, QuerySet

from primepath import models
from primepath.domain.exam import ExamType
from primepath.domain.history import HistorySubject
from primepath.domain.text import fold
from schema.connections.pagination import Page, PageRequest, page_of_table
from schema.connections.types import After, Before, ChangesAfter, Connection, First, Last
from schema.context import Info
from schema.ids import parse_number
from schema.limits import check_search
from schema.limits.arguments import MAX_SEARCH_LENGTH
from schema.metadata import Fact, list_size
from schema.types.curriculum import Program
from schema.types.exam import ExamConnection
from schema.types.exam_order import ExamOrder
from schema.types.list_deltas import ListSync, page_of_recorded
from schema.types.sync_token import SyncedList
from schema.types.teacher import TEACHERS_BY_NAME, Teacher


@strawberry.input(description="Conditions for `exams`. Omitted and null conditions are ignored.")
class ExamFilter:
    type: ExamType | None = strawberry.field(default=None, description="Filter by type.")
    academic_year: int | None = strawberry.field(
        default=None, description="Filter by academic year. Exams without a year are not included."
    )
    curriculum_level_id: strawberry.ID | None = strawberry.field(
        default=None, description="Filter by curriculum level."
    )
    name_contains: str | None = strawberry.field(
        default=None,
        description=f"Part of the name, case-insensitive. Maximum: {MAX_SEARCH_LENGTH} characters.",
    )
    is_active: bool | None = strawberry.field(
        default=None, description="True: active exams only. False: inactive exams only."
    )

    def apply(self, exams: QuerySet[models.Exam]) -> QuerySet[models.Exam]:
        if self.type is not None:
            exams = exams.filter(type=self.type)
        if self.academic_year is not None:
            exams = exams.filter(academic_year=self.academic_year)
        if self.curriculum_level_id is not None:
            level = parse_number(self.curriculum_level_id, "CurriculumLevel")
            exams = exams.filter(curriculum_level=level)
        if self.name_contains is not None:
            check_search("nameContains", self.name_contains)
            exams = exams.filter(name_key__contains=fold(self.name_contains))
        if self.is_active is not None:
            exams = exams.filter(is_active=self.is_active)
        return exams


@strawberry.type
class ExamQuery:
    @strawberry.field(graphql_type=ExamConnection | None, description="Exams of the school.")
    async def exams(
        self,
        info: Info,
        filter: Annotated[
            ExamFilter | None, strawberry.argument(description="Conditions. Defaults to all exams.")
        ] = None,
        order_by: Annotated[
            ExamOrder | None, strawberry.argument(description="Sort order. Defaults to NAME.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        changes_after: ChangesAfter = None,
    ) -> Page[models.Exam]:
        info.context.require_viewer()
        order = (order_by or ExamOrder.NAME).order
        request = PageRequest.parse(order, first=first, after=after, last=last, before=before)
        filter = filter or ExamFilter()
        exams = filter.apply(models.Exam.objects.all())
        sync = await ListSync.begin(info, SyncedList.EXAMS, "Exam", changes_after, astuple(filter))
        # A level is renamed without a change of its exams.
        levels = sync.keys(HistorySubject.LEVEL) if Fact.LEVEL in sync.shown else []
        return await page_of_recorded(
            sync,
            exams,
            request,
            HistorySubject.EXAM,
            also_changed=Q(curriculum_level__key_in=levels),
        )

    @strawberry.field(
        graphql_type=list[Program] | None,
        description="Programs of the curriculum, in the school's order.",
        metadata=list_size(20),
    )
    async def programs(self, info: Info) -> list[models.Program]:
        return await info.context.loaders.call(lambda: list(models.Program.objects.all()))

    @strawberry.field(
        graphql_type=Connection[Teacher] | None, description="Teachers of the school, by name."
    )
    async def teachers(
        self,
        info: Info,
        name_contains: Annotated[
            str | None,
            strawberry.argument(
                description=f"Part of the name, case-insensitive. Maximum: {MAX_SEARCH_LENGTH} characters."
            ),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Page[models.Teacher]:
        loaders = info.context.loaders
        request = PageRequest.parse(
            TEACHERS_BY_NAME, first=first, after=after, last=last, before=before
        )
        teachers = models.Teacher.objects.all()
        if name_contains is not None:
            check_search("nameContains", name_contains)
            teachers = teachers.filter(name_key__contains=fold(name_contains))
        return await page_of_table(loaders, teachers, request)
