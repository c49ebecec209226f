"""Teachers."""

from __future__ import annotations

import datetime
from functools import cached_property
from operator import attrgetter

from django.contrib.auth.models import User
from django.db.models import Min
from django.utils import timezone

from loaders.dispatch import Stage
from loaders.generic import BatchLoader, RowLoader
from loaders.loader_group import CommonLoaderGroup
from primepath.db.statement import Statement
from primepath.models import Teacher, TeacherClassAssignment

_ends_of_access = Statement(
    lambda ids, now: (
        TeacherClassAssignment.objects.giving_access(now)
        .filter(teacher__key_in=ids, expires_at__isnull=False)
        .values_list("teacher")
        .annotate(Min("expires_at"))
    )
)


class TeacherLoaders(CommonLoaderGroup):
    """Teachers."""

    @cached_property
    def teacher_by_id(self) -> RowLoader[int, Teacher]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: Teacher.objects.filter(pk__key_in=ids).order_by(),
            attrgetter("pk"),
        )

    @cached_property
    def username_by_user(self) -> BatchLoader[int, str | None]:
        """Username by primary key of the account."""

        def fetch(ids: list[int]) -> list[str | None]:
            users = User.objects.filter(pk__key_in=ids).values_list("pk", "username")
            found = dict(users)
            return [found.get(id) for id in ids]

        return BatchLoader(self._dispatcher, Stage.DETAIL, fetch)

    @cached_property
    def next_end_of_access_by_teacher(self) -> BatchLoader[int, datetime.datetime | None]:
        """The next time at which access of a teacher to a class expires. None if none does."""

        def fetch(ids: list[int]) -> list[datetime.datetime | None]:
            first = dict(_ends_of_access(ids, timezone.now()))
            return [first.get(each) for each in ids]

        return BatchLoader(self._dispatcher, Stage.SOURCE, fetch)
