"""Access to classes: assignments, access requests, the class directory."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from operator import attrgetter

from loaders.dispatch import Stage
from loaders.generic import BatchLoader, GroupLoader, RowLoader
from loaders.loader_group import LoaderGroup
from primepath.domain.school_class import school_order
from primepath.models import ClassAccessRequest, SchoolClass, TeacherClassAssignment

_EVERY = "*"


class AccessLoaders(LoaderGroup):
    """Teachers' access to classes, and their requests for it."""

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
