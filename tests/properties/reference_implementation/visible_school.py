"""The objects that one viewer can see, read one at a time with simple ORM queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from primepath import models
from primepath.domain.period import Period
from primepath.domain.viewer import Viewer
from tests.properties.reference_implementation.response_objects import (
    Args,
    FieldError,
    ResponseObject,
    as_list,
    objects,
    period_type,
    school_order,
)


class VisibleSchool:
    """The objects that a viewer can see. ``requested_cells`` collects each cell that is read."""

    def __init__(self, viewer: Viewer | None, *, may_store: bool) -> None:
        self.viewer = viewer
        self.is_administrator = bool(viewer and (viewer.is_staff or viewer.is_head_teacher))
        self.teacher_id = viewer and viewer.teacher_id
        self.may_store = may_store
        self.requested_cells: set[str] = set()

    def school_class(self, code: str) -> Any:
        """Return the class with the viewer's access. None if it does not exist or the viewer has no access."""
        related: Any = models.SchoolClass.objects.filter(code=code, is_active=True).first()
        theirs = assignments(teacher=self.teacher_id, school_class=code).first()
        if related is None or not (self.is_administrator or theirs):
            return None
        related.access_level = "FULL" if self.is_administrator else theirs.access_level
        related.can_edit = related.access_level in {"FULL", "CO_TEACHER"}
        return related

    def school_classes(self, codes: Iterable[str] | None = None) -> list[Any]:
        if codes is None:
            codes = models.SchoolClass.objects.values_list("code", flat=True)
        related = map(self.school_class, dict.fromkeys(codes))
        return sorted(filter(None, related), key=school_order)

    def cell(self, code: str, year: int, period: str) -> Any:
        """Return the cell, and store it if allowed. None if its year is out of range or its class not visible."""
        school_class, years = self.school_class(code), settings.ACADEMIC_YEARS
        if school_class is None or not years.first <= year <= years.last:
            return None
        key = f"{code}/{year}/{period}"
        self.requested_cells.add(key)
        place = {"school_class_id": code, "academic_year": year, "period": period}
        row: Any = models.ExamScheduleMatrix.objects.filter(**place).first()
        if row is None:
            row = models.ExamScheduleMatrix(id=key, **place)
            if self.may_store:
                row.save(force_insert=True)
        row.seen = school_class
        return row

    def cells(self, code: str, year: int, args: Args) -> list[ResponseObject]:
        periods = as_list(args, "periods")
        wanted = [
            period
            for period in Period
            if args.get("type") in {None, period_type(period)}
            if periods is None or period in periods
        ]
        return objects("MatrixCell", (self.cell(code, year, period) for period in wanted))

    def access_requests(self, status: str | None = None) -> list[Any]:
        return [
            each
            for each in models.ClassAccessRequest.objects.order_by("-requested_at", "-id")
            if self.is_administrator or each.teacher_id == self.teacher_id
            if status in {None, each.status}
        ]


def assignments(**of: Any) -> Any:
    current = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return models.TeacherClassAssignment.objects.filter(
        current, is_active=True, school_class__is_active=True, **of
    )


def planned_year(args: Args) -> int:
    years, year = settings.ACADEMIC_YEARS, args.get("academicYear")
    if year is None:
        return max(years.first, min(years.last, timezone.localdate().year))
    if not years.first <= year <= years.last:
        raise FieldError("BAD_USER_INPUT")
    return int(year)
