"""Teachers."""

from __future__ import annotations

import datetime
from collections import defaultdict
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from django.contrib.auth.models import User

from loaders.dispatch import Stage
from loaders.generic import BatchLoader, RowLoader
from loaders.loader_group import CommonLoaderGroup
from primepath.db.statement import Statement
from primepath.models import Teacher, TeacherClassAssignment

_ends_of_access = Statement(
    lambda ids: TeacherClassAssignment.objects.filter(
        teacher__key_in=ids, is_active=True, expires_at__isnull=False
    ).values_list("teacher", "school_class", "expires_at", "school_class__is_active")
)


class EndOfAccess(NamedTuple):
    """The time at which access of a teacher to a class expires. ``is_taught``: whether the class is active."""

    class_code: str
    at: datetime.datetime
    is_taught: bool


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
    def ends_of_access_by_teacher(self) -> BatchLoader[int, list[EndOfAccess]]:
        """The ends of access that was not revoked. They are past or in the future."""

        def fetch(ids: list[int]) -> list[list[EndOfAccess]]:
            found: defaultdict[int, list[EndOfAccess]] = defaultdict(list)
            for id, *end in _ends_of_access(ids):
                found[id].append(EndOfAccess(*end))
            return [found[id] for id in ids]

        return BatchLoader(self._dispatcher, Stage.SOURCE, fetch)
