"""Teachers."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from operator import attrgetter

from django.contrib.auth.models import User

from loaders.dispatch import Stage
from loaders.generic import BatchLoader, RowLoader
from loaders.loader_group import LoaderGroup
from primepath.domain.school_class import school_order
from primepath.models import SchoolClass, Teacher, TeacherClassAssignment


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

    @cached_property
    def username_by_user(self) -> BatchLoader[int, str | None]:
        """Username by primary key of the account."""

        def fetch(ids: list[int]) -> list[str | None]:
            users = User.objects.filter(pk__key_in=ids).values_list("pk", "username")
            found = dict(users)
            return [found.get(id) for id in ids]

        return BatchLoader(self._dispatcher, Stage.DETAIL, fetch)

    @cached_property
    def class_codes_by_teacher(self) -> BatchLoader[int, list[str]]:
        """Codes of the classes that a teacher is assigned to now and the viewer can see, in the school's order."""

        def fetch(ids: list[int]) -> list[list[str]]:
            visible = SchoolClass.objects.visible_to(self._viewer).values("pk")
            assignments = (
                TeacherClassAssignment.objects.giving_access()
                .filter(teacher__key_in=ids, school_class__in=visible)
                .select_related("school_class")
            )
            classes: defaultdict[int, list[SchoolClass]] = defaultdict(list)
            for each in assignments:
                classes[each.teacher_id].append(each.school_class)
            return [[each.code for each in sorted(classes[id], key=school_order)] for id in ids]

        return BatchLoader(self._dispatcher, Stage.DETAIL, fetch)
