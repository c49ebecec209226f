"""Access to classes: assignments, access requests, the class directory."""

from __future__ import annotations

import datetime
from functools import cached_property
from operator import attrgetter

from django.db.models import Min

from loaders.dispatch import Dispatcher, Stage
from loaders.generic import BatchLoader, GroupLoader, RowLoader
from loaders.loader_group import LoaderGroup
from primepath.models import ClassAccessRequest, SchoolClass, TeacherClassAssignment

_EVERY = "*"


def next_ends_of_access(
    dispatcher: Dispatcher,
) -> BatchLoader[int, datetime.datetime | None]:
    """Return the loader of the next time at which access of a teacher to a class expires. None if none does."""

    def read(teacher_ids: list[int]) -> list[datetime.datetime | None]:
        ends = TeacherClassAssignment.objects.giving_access().filter(
            teacher__key_in=teacher_ids, expires_at__isnull=False
        )
        first = dict(ends.order_by().values_list("teacher").annotate(Min("expires_at")))
        return [first.get(each) for each in teacher_ids]

    return BatchLoader(dispatcher, Stage.SOURCE, read)


class AccessLoaders(LoaderGroup):
    """Teachers' access to classes, and their requests for it."""

    @cached_property
    def next_end_of_access(self) -> BatchLoader[int, datetime.datetime | None]:
        return next_ends_of_access(self._dispatcher)

    @cached_property
    def assignment_by_id(self) -> RowLoader[int, TeacherClassAssignment]:
        return RowLoader(
            self._dispatcher,
            Stage.SOURCE,
            lambda ids: TeacherClassAssignment.objects.filter(pk__key_in=ids),
            attrgetter("pk"),
        )

    @cached_property
    def assignments_by_class(self) -> GroupLoader[str, TeacherClassAssignment]:
        """Assignments that grant access now, in the order of the teachers' names."""
        return GroupLoader(
            self._dispatcher,
            Stage.SOURCE,
            lambda codes: (
                TeacherClassAssignment.objects.giving_access()
                .filter(school_class__key_in=codes)
                .order_by("teacher__name_order", "teacher_id")
            ),
            attrgetter("school_class_id"),
        )

    @cached_property
    def assignments_by_teacher(self) -> GroupLoader[int, TeacherClassAssignment]:
        """Assignments that grant access now, in the order of the class codes."""
        return GroupLoader(
            self._dispatcher,
            Stage.SOURCE,
            lambda ids: (
                TeacherClassAssignment.objects.giving_access()
                .filter(teacher__key_in=ids)
                .order_by("school_class__code_order", "school_class_id")
            ),
            attrgetter("teacher_id"),
        )

    @cached_property
    def access_request_by_id(self) -> RowLoader[int, ClassAccessRequest]:
        """Access requests that the viewer can see."""
        return RowLoader(
            self._dispatcher,
            Stage.SOURCE,
            lambda ids: ClassAccessRequest.objects.visible_to(self._viewer).filter(pk__key_in=ids),
            attrgetter("pk"),
        )

    @cached_property
    def _class_codes(self) -> BatchLoader[str, list[str]]:
        codes = SchoolClass.objects.order_by().values_list("pk", flat=True)
        return BatchLoader(self._dispatcher, Stage.DETAIL, lambda keys: [list(codes)] * len(keys))

    async def all_class_codes(self) -> list[str]:
        """Return the codes of all classes, also of inactive ones and of classes that the viewer cannot see."""
        return await self._class_codes.load(_EVERY)

    async def assignment_keys_of(self, teacher_id: int | None) -> list[str]:
        """Return the keys of all assignments of a teacher, including ended ones."""
        assignments = TeacherClassAssignment.objects.filter(teacher=teacher_id).order_by()
        keys = assignments.values_list("pk", flat=True)
        return list(map(str, await self._dispatcher.call(lambda: list(keys))))

    @cached_property
    def class_listing_by_code(self) -> RowLoader[str, SchoolClass]:
        """A class as listed for every teacher, even if the teacher cannot see its schedule."""
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda codes: SchoolClass.objects.filter(pk__key_in=codes),
            attrgetter("pk"),
        )
