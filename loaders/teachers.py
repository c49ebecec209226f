"""Teachers."""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter

from loaders.dispatch import Stage
from loaders.generic import RowLoader
from loaders.loader_group import LoaderGroup
from primepath.models import Teacher


class TeacherLoaders(LoaderGroup):
    """Teachers."""

    @cached_property
    def teacher_by_id(self) -> RowLoader[int, Teacher]:
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: Teacher.objects.filter(pk__key_in=ids).order_by(),
            attrgetter("pk"),
        )
